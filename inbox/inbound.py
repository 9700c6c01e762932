"""The last handler of inbound texts: it claims none, and puts each into the conversation it belongs to."""

from __future__ import annotations

from datetime import datetime

from inbox import filing
from messaging.models import InboundMessage


def handle(message: InboundMessage, *, now: datetime) -> None:
    """File one text, whatever the handlers before have made of it."""
    filing.file(message, now=now)
