"""How Django knows this room."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    """Who works here: clinics, roles, second factor, what was looked at."""

    name = "staff"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the groups in step with the table of rights, after every migration."""
        roles = import_module("staff.roles")
        post_migrate.connect(roles.after_migrate, sender=self, dispatch_uid="staff.roles")
