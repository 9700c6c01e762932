"""The messaging app: its name for people, and its system checks."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from messaging import checks


class MessagingConfig(AppConfig):
    """Outbox, channels, receipts, inbound texts and consent."""

    name = "messaging"
    verbose_name = _("Messages")

    def ready(self) -> None:
        """Hand the checks to Django, and stand by for a broker that is away."""
        register(checks.check_wordings)
        register(checks.check_paths)
        register(checks.check_callers)
        # Here, since models must be ready before its imports.
        from messaging import standin

        standin.stand_by()
