"""The messaging app: its name for people, and its system checks."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks


class MessagingConfig(AppConfig):
    """Outbox, channels, receipts, inbound texts and consent."""

    name = "messaging"
    verbose_name = "Messages"
