"""How Django knows this room."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    """Who works here: clinics, roles, second factor, what was looked at."""

    name = "staff"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Sessions have a clock from the moment that somebody signs in."""
        from staff.doors import session  # Django forbids model imports any earlier

        session.listen()
