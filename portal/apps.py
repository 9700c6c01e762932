"""How Django knows this room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """The patient's own pages: visits, answers, symptoms, preferences, behind a link and without a login."""

    name = "portal"
    verbose_name = _("Patient pages")
    default_auto_field = "django.db.models.BigAutoField"
