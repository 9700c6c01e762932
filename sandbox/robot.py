"""The phone that answers every text with its own words, at once: where the product's test alerts go."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from sandbox import exchange
from sandbox.models import Text


def answer(delivered: Iterable[Text], *, now: datetime) -> None:
    """Text back what has just arrived on the robot's phone."""
    for text in delivered:
        if text.phone.number == settings.CANARY_PHONE:
            exchange.receive(text.phone, sender=text.sender, body=text.body, now=now)
