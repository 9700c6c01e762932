"""Config as a Django app, for the one thing it remembers: which processes were seen at work."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigAppConfig(AppConfig):
    """Operations: heartbeats of beat and of the workers."""

    name = "config"
    verbose_name = "Operations"
