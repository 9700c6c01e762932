"""When a message that was not taken is tried again."""

from __future__ import annotations

import random
from datetime import datetime

from messaging.channels.base import TransientFailure
from messaging.domain import retry
from messaging.domain.delivery import Urgency
from messaging.models import Message

_SPREAD = random.SystemRandom()


def when(message: Message, failure: TransientFailure, *, now: datetime) -> datetime | None:
    """The moment; None when it would come too late."""
    if failure.holds_sender:
        # Nothing is wrong with this message: it keeps its place, and the breaker of its sender says when.
        return message.due_at if message.expires_at > now else None
    return retry.next_try(
        message.attempts,
        now=now,
        expires_at=message.expires_at,
        jitter=_SPREAD.random(),
        retry_after=failure.retry_after,
        tries=failure.tries,
        pace=retry.PACES[Urgency(message.urgency)],
    )
