"""Tells Django about the sandbox, and loads the checks that keep it out of production."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register

from sandbox.checks import refuse_production


class SandboxConfig(AppConfig):
    """The stand-in carrier and mailbox."""

    name = "sandbox"
    verbose_name = "Sandbox (carrier and mailbox)"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks."""
        register(refuse_production)
