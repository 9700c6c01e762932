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
        # Nothing is wrong with this message: it keeps its place, and the breaker of its sender says when. Unless it is
        # refused over and over: then another goes to see whether the sender works, or it would be held for this one.
        place = now if message.attempts > 1 and not failure.whole_account else message.due_at
        return place if message.expires_at > now else None
    return retry.next_try(
        message.attempts,
        now=now,
        expires_at=message.expires_at,
        jitter=_SPREAD.random(),
        retry_after=failure.retry_after,
        tries=failure.tries,
        pace=retry.PACES[Urgency(message.urgency)],
    )
