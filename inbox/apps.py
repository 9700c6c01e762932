"""How Django knows this room."""

from __future__ import annotations

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """What people wrote, as conversations: who waits, since when, who answers, and how it ended."""

    name = "inbox"
    verbose_name = "Inbox"
    default_auto_field = "django.db.models.BigAutoField"
