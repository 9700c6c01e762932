"""An inbound handler that answers each text urgently, for tests of what stands between a text and its answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from messaging import outbox
from messaging.domain.delivery import Channel, Purpose, Urgency
from messaging.models import InboundMessage

ANSWER = "A nurse will call you."


def handle(message: InboundMessage, *, now: datetime) -> str | None:
    """Write one urgent answer, and wake whoever sends it."""
    answer = outbox.Draft(
        key=f"answer:{message.pk}",
        channel=Channel.SMS,
        purpose=Purpose.REPLIES,
        urgency=Urgency.URGENT,
        address=message.from_address,
        body=ANSWER,
        due_at=now,
        expires_at=now + timedelta(hours=1),
    )
    outbox.enqueue([answer], now=now)
    outbox.wake(Urgency.URGENT)
    return "answered"
