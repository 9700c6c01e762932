"""Config as a Django app: it remembers which processes were seen at work, and lets the rooms speak to staff."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext, ngettext

from config.interface.labels import translate_models
from staff.domain import tongue


class ConfigAppConfig(AppConfig):
    """Operations: heartbeats of beat and of the workers."""

    name = "config"
    verbose_name = "Operations"

    def ready(self) -> None:
        """From here on plain modules and models speak the language of whoever looks."""
        tongue.install(gettext, ngettext)
        translate_models()
