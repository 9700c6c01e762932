"""What waits in lanes that are stopped ends in its own time, and says what had stopped it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from messaging import outbox, record
from messaging.domain import lanes
from messaging.domain.delivery import Status, Urgency
from messaging.domain.lanes import Lane

#: Why a lane is stopped; empty: it is not.
Why = Callable[[Lane, Urgency], str]


def expire(why: Why, *, now: datetime) -> int:
    """End what is past its time in the lanes for which `why` has words; answers how many."""
    ended = 0
    for urgency in Urgency:
        for due in outbox.due_lanes(urgency, now=now):
            lane = lanes.parse(due.text)
            words = why(lane, urgency) if lane else ""
            if words:
                late = outbox.waiting(urgency, now=now).filter(lane=due.text, expires_at__lte=now)
                ended += record.move(late, Status.EXPIRED, now=now, reason=f"its time has passed: {words}")
    return ended
