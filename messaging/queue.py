"""What stands in the outbox at this moment, in numbers: for operators' gauges and for the page of the queue.

Every number is read from a partial index that holds only what is on its way; none grows with what was ever sent.
Large ones are counted up to MOST and no further: nobody needs to know how many more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from messaging import breakers, guard, outbox
from messaging.domain import lanes
from messaging.domain.delivery import Urgency
from messaging.domain.lanes import Lane
from messaging.models import Message

MOST = 100_000
#: For how long what ended badly is shown.
LATELY = timedelta(days=1)

_DUE = """
SELECT count(*) FROM (
    SELECT 1 FROM messaging_message
    WHERE status = 'planned' AND urgency = %s AND lane = %s AND due_at <= %s LIMIT %s
) AS due
"""


@dataclass(frozen=True, slots=True)
class InLine:
    """What is due in one lane, and what keeps it there."""

    urgency: Urgency
    lane: Lane | None  # None: written by an earlier release
    due: int
    oldest_due: datetime
    stopped: str  # why nothing of it leaves now; empty when it may

    def age(self, now: datetime) -> timedelta:
        """By how much its oldest is late."""
        return now - self.oldest_due


@dataclass(frozen=True, slots=True)
class Queue:
    """One look at the outbox."""

    lines: Sequence[InLine]
    in_flight: dict[Urgency, int]  # claimed, or being asked about at this moment
    in_doubt: dict[Urgency, int]
    held: int

    def due(self, urgency: Urgency) -> int:
        """How many of this urgency are due."""
        return sum(line.due for line in self.lines if line.urgency is urgency)

    def oldest_due(self, urgency: Urgency) -> datetime | None:
        """Since when the oldest is due that nothing stops."""
        return min(
            (line.oldest_due for line in self.lines if line.urgency is urgency and not line.stopped), default=None
        )


def look(*, now: datetime, only: Q | None = None, owners: frozenset[str] | None = None) -> Queue:
    """Count what stands in the outbox now: all of it, or the messages of `only` and the lanes of `owners`."""
    mine = Q() if only is None else only
    stops = _Stops(now)
    lines = [
        InLine(urgency, lanes.parse(lane.text), _due(urgency, lane.text, now), lane.oldest_due, stops.of(urgency, lane))
        for urgency in Urgency
        for lane in outbox.due_lanes(urgency, now=now)
        if owners is None or _owner(lane.text) in owners
    ]
    held = guard.holding().filter(mine).count()
    return Queue(lines, _by_urgency(in_flight().filter(mine)), _by_urgency(in_doubt().filter(mine)), held)


def _owner(lane: str) -> str:
    known = lanes.parse(lane)
    return known.owner if known else ""


def ended_badly(*, now: datetime) -> QuerySet[Message]:
    """What could not be delivered of late."""
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    bad = RawSQL("status IN ('expired', 'failed', 'undelivered')", [], output_field=BooleanField())
    return Message.objects.filter(bad, finished_at__gt=now - LATELY)


def in_flight() -> QuerySet[Message]:
    """What a worker holds, or a provider is being asked about."""
    held = RawSQL("status IN ('claimed', 'submitting')", [], output_field=BooleanField())
    return Message.objects.filter(held)


def in_doubt() -> QuerySet[Message]:
    """What nobody knows the outcome of, that with the longest wait first."""
    doubtful = RawSQL("status = 'in_doubt'", [], output_field=BooleanField())
    return Message.objects.filter(doubtful).order_by("submitted_at")


def reasons(rows: QuerySet[Message]) -> list[tuple[str, str, str, int]]:
    """Why, in groups: status, code, reason, how many; the most frequent first."""
    groups = rows.order_by().values_list("status", "error_code", "reason").annotate(count=Count("pk"))
    return sorted(groups, key=lambda group: -group[3])


class _Stops:
    """What keeps whole lanes from being sent."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._held = breakers.held(now=now)
        self._pause = guard.paused(now=now)

    def of(self, urgency: Urgency, due: outbox.DueLane) -> str:
        lane = lanes.parse(due.text)
        if lane is None:
            return ""
        if self._pause is not None and guard.is_paused(lane, urgency):
            return f"paused by {self._pause.began_by}: {self._pause.reason}"
        if self._held.stops(lane, urgency, self._now):
            return "its sender is refused, and tried again from time to time"
        return ""


def _due(urgency: Urgency, lane: str, now: datetime) -> int:
    moment = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [urgency.value, lane, moment, MOST])
        return int(cursor.fetchone()[0])


def _by_urgency(rows: QuerySet[Message]) -> dict[Urgency, int]:
    counted = dict(rows.order_by().values_list("urgency").annotate(count=Count("pk")))
    return {urgency: counted.get(urgency.value, 0) for urgency in Urgency}
