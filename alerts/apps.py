"""The alerts app."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Red flags: rules, triage, alerts, escalation, the on-call rota, and warnings to patients."""

    name = "alerts"
    verbose_name = "Red flags"
