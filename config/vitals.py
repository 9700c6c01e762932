"""What can be measured of a running product, cheaply: one look each at database, broker and heartbeats."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.db import DatabaseError

from config.heartbeat import BEAT, WATCHDOG
from config.models import Heartbeat
from config.queues import HOUSEKEEPING, ORDINARY, QUEUES, URGENT
from messaging import breakers, guard, queue
from messaging.domain.delivery import Urgency
from messaging.queue import Queue

#: Who must have been seen at work, and how long ago at most.
PROCESSES = dict.fromkeys((BEAT, URGENT, ORDINARY, HOUSEKEEPING, WATCHDOG), timedelta(seconds=60))
#: How late the oldest due message of each urgency may be before the product is not doing its work.
PATIENCE = {Urgency.URGENT: timedelta(seconds=30), Urgency.ORDINARY: timedelta(minutes=5)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """One look at the product; None where the look failed or nothing was there to see."""

    database: bool
    broker: bool
    #: seconds since each process was seen at work; None: never
    heartbeats: dict[str, float | None] = field(default_factory=dict)
    #: seconds by which the oldest due message is late; 0 when none is due
    oldest_due: dict[Urgency, float] = field(default_factory=dict)
    #: messages waiting in each queue of the broker
    queued: dict[str, int] = field(default_factory=dict)
    #: since when routine messages are paused
    paused_since: datetime | None = None
    #: what stands in the outbox
    queue: Queue | None = None
    held_senders: int = 0
    held_messages: int = 0

    def problems(self) -> list[str]:
        """What keeps the product from its work, in words; empty when it is able."""
        found = [name for name in ("database", "broker") if not getattr(self, name)]
        if self.database:
            for name, limit in PROCESSES.items():
                age = self.heartbeats.get(name)
                if age is None or age > limit.total_seconds():
                    found.append(f"heartbeat of {name}")
            late = [u for u, age in self.oldest_due.items() if age > PATIENCE[u].total_seconds()]
            found.extend(f"oldest due {urgency.value} message" for urgency in late)
        return found


def look(*, now: datetime) -> Vitals:
    """Measure everything once."""
    queued = _queue_lengths()
    try:
        heartbeats = _heartbeat_ages(now)
        pause, held = guard.paused(now=now), breakers.held(now=now)
        outbox = queue.look(now=now)
    except DatabaseError:
        return Vitals(database=False, broker=queued is not None, queued=queued or {})
    return Vitals(
        database=True,
        broker=queued is not None,
        heartbeats=heartbeats,
        oldest_due={urgency: _lateness(outbox, urgency, now) for urgency in Urgency},
        queue=outbox,
        queued=queued or {},
        paused_since=pause.began_at if pause else None,
        held_senders=len(held.open),
        held_messages=outbox.held,
    )


def silent(*, now: datetime, since: datetime) -> list[str]:
    """Processes that were not seen at work for too long, in each case counted from `since` at the earliest."""
    seen = dict(Heartbeat.objects.values_list("name", "at"))
    return [name for name, limit in PROCESSES.items() if now - max(seen.get(name, since), since) > limit]


def _heartbeat_ages(now: datetime) -> dict[str, float | None]:
    seen = dict(Heartbeat.objects.values_list("name", "at"))
    return {name: max((now - seen[name]).total_seconds(), 0.0) if name in seen else None for name in PROCESSES}


def _lateness(seen: Queue, urgency: Urgency, now: datetime) -> float:
    """Seconds by which the oldest due message is late. What is held or paused waits by decision, and is told apart."""
    return max((now - (seen.oldest_due(urgency) or now)).total_seconds(), 0.0)


def _queue_lengths() -> dict[str, int] | None:
    """Length of each queue, or None when the broker does not answer."""
    client = redis.Redis.from_url(
        settings.CELERY_BROKER_URL, socket_timeout=1, socket_connect_timeout=1, protocol=2, retry=None
    )
    try:
        return {queue: int(client.llen(queue)) for queue in QUEUES}
    except redis.RedisError:
        return None
    finally:
        client.close()
