"""The alerts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AlertsConfig(AppConfig):
    """Red flags: rules, triage, alerts, escalation, the on-call rota, and warnings to patients."""

    name = "alerts"
    verbose_name = _("Red flags")

    def ready(self) -> None:
        """Listen for patients who change."""
        from alerts import signals  # noqa: F401 - Django forbids model imports any earlier
