"""How fast this process may send now: tokens of each sender, and places among the requests to the carrier.

All processes count together in Redis (pacing_redis.py). While Redis is away each keeps to a share that is safe
whatever the others do, so that nothing waits for Redis and nothing runs wild without it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import cache, lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from prometheus_client import Counter

from messaging.domain import pacing, places
from messaging.domain.delivery import Channel, Urgency
from messaging.domain.pacing import Answer, Bucket, Pace
from messaging.domain.places import Limit
from messaging.models import Sender
from messaging.pacing_redis import RUN_ALIVE_SECONDS, Shared

#: How many runs may be alive at once, as the Procfile has it: two of each urgency. Without Redis each takes its part.
RUNS_AT_MOST = 4
#: Urgent messages leave by two runs at most; calls, which cannot be owed, need not wait for four.
PARTS_ALONE = {Urgency.ORDINARY: RUNS_AT_MOST, Urgency.URGENT: 2}
#: How long a run keeps its number of places before it asks again, and this process what the admin says of paces.
PLACES_KEPT_SECONDS = 1.0
PACES_KEPT = timedelta(seconds=30)

TOKENS = Counter(
    "bonewatch_pace_tokens_total",
    "Segments, calls and mails by what their sender's pace said: granted, or how it made them wait.",
    ["channel", "answer"],
)
SLOWED_DOWN = Counter("bonewatch_slowed_down_total", "Times that a provider found us too fast.", ["channel"])


class SenderKey(NamedTuple):
    """One sender of ours: the way out, and our own number, service or mailbox on it."""

    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What may leave now, and in how many seconds asking for the rest is worth it (0: nothing is left to ask for)."""

    granted: int
    again_in: float


class Pacer:
    """The pace of one process. Safe from any thread; never raises; only `refresh` touches the database.

    A call costs a question to Redis, 0.4 seconds at worst and that every five seconds: not for an event loop.
    """

    def __init__(self, shared: Shared, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._shared = shared
        self._clock = clock
        self._lock = threading.Lock()
        self._own: dict[str, float] = {}
        self._own_read_at: datetime | None = None
        #: What this process knows by itself: silences, and what it spends while Redis is away.
        self._buckets: dict[SenderKey, Bucket] = {}
        self._limit = Limit(float(settings.CARRIER_CONCURRENCY), clock())
        self._places: dict[str, tuple[int, float]] = {}

    def refresh(self, *, now: datetime) -> None:
        """Read the paces that senders were given in the admin; asks the database every 30 seconds at most."""
        if self._own_read_at is not None and timedelta(0) <= now - self._own_read_at < PACES_KEPT:
            return
        rows = Sender.objects.filter(pace__isnull=False).values_list("channel", "address", "pace")
        self._own = {_name(SenderKey(Channel(channel), address)): pace or 0.0 for channel, address, pace in rows}
        self._own_read_at = now

    def take(self, sender: SenderKey, wanted: int, *, urgency: Urgency, owed_ok: bool) -> Grant:
        """Take up to `wanted` tokens: segments, calls or mails. Those not used are to be given back by `settle`.

        With `owed_ok` (see domain.pacing.may_owe) all of them, on credit of this sender's later ones.
        """
        return self._take(sender, [(wanted, 1)], urgency=urgency, owed_ok=owed_ok)

    def take_whole(self, sender: SenderKey, sizes: Sequence[int], *, urgency: Urgency, owed_ok: bool) -> Grant:
        """Take for whole messages of `sizes`, in their order; `granted` counts messages from the front."""
        runs = [(len(list(same)), size) for size, same in groupby(max(size, 1) for size in sizes)]
        return self._take(sender, runs, urgency=urgency, owed_ok=owed_ok)

    def settle(self, sender: SenderKey, unused: int) -> None:
        """Give back `unused` tokens of a `take`; a negative number is what was sent beyond it, to be owed."""
        pace = self.pace(sender)
        if not unused or self._shared.settle(_name(sender), pace, unused):
            return
        with self._lock:
            mine = pace.share(RUNS_AT_MOST)
            self._buckets[sender] = pacing.given_back(self._bucket(sender, mine), mine, unused, now=self._clock())

    def slow_down(self, sender: SenderKey, *, retry_after: float | None, crowded: bool = True) -> None:
        """The provider said "too fast": nothing more from this sender for so long.

        `crowded`: it meant our requests all together (429), and not this sender alone (30022).
        """
        SLOWED_DOWN.labels(channel=sender.channel.value).inc()
        wanted, pace = pacing.silence_of(retry_after), self.pace(sender)
        with self._lock:
            before = self._bucket(sender, pace)
            # A hundred in flight are told at once: the first tells the others, up to a moment more or less.
            left = pacing.silence_left(before, now=self._clock(), urgent=False)
            known = left > 0 and wanted <= left + 0.25
            self._buckets[sender] = pacing.silenced(before, wanted, now=self._clock())
        if not known:
            self._shared.silence(_name(sender), pace, wanted)
        if crowded:
            self._crowded()

    def concurrency(self, *, runner: str, urgency: Urgency) -> int:
        """How many requests the run called `runner` may have in flight at this moment; 1 at least."""
        now, top = self._clock(), int(settings.CARRIER_CONCURRENCY)
        share, until = self._places.get(runner, (0, 0.0))
        if share and now < until:
            return share
        with self._lock:
            self._limit = places.grown(self._limit, top, now=now)
            known = self._limit.places
        heard = self._shared.join(runner, urgent=urgency is Urgency.URGENT, top=top, known=known)
        if heard is None:
            share = places.unseen_share(self._limit, urgency=urgency, runs_at_most=RUNS_AT_MOST)
        else:
            share = heard[0]
            self._hear_limit(heard[1], now)
        # Runs that ended without a word are forgotten with the next that asks.
        self._places = {name: kept for name, kept in self._places.items() if now - kept[1] < RUN_ALIVE_SECONDS}
        self._places[runner] = (share, now + PLACES_KEPT_SECONDS)
        return share

    def leave(self, runner: str) -> None:
        """The run has ended: its places are free for the others at once."""
        if self._places.pop(runner, None):
            self._shared.leave(runner, top=int(settings.CARRIER_CONCURRENCY))

    def pace(self, sender: SenderKey) -> Pace:
        """What all processes together may send by `sender`."""
        kind = pacing.kind_of(*sender)
        usual = settings.CARRIER_PACES.get(kind, pacing.DEFAULT_RATES[kind])
        return pacing.pace_of(self._own.get(_name(sender), usual), kind)

    def _take(self, sender: SenderKey, runs: Sequence[tuple[int, int]], *, urgency: Urgency, owed_ok: bool) -> Grant:
        asked_at, urgent, pace = self._clock(), urgency is Urgency.URGENT, self.pace(sender)
        with self._lock:
            silence = self._silence_left(sender, asked_at)
        if silence and not urgent:
            answer = Answer(0, 0, silence, silenced=True)
        else:
            heard = self._shared.take(_name(sender), pace, runs, urgent=urgent, owed_ok=owed_ok, silence=silence)
            if heard is None:
                answer = self._take_alone(sender, pace, runs, urgency=urgency, owed_ok=owed_ok)
            else:
                answer = heard.answer
                self._hear_silence(sender, pace, heard.silence_left, asked_at)
        _count(sender.channel, answer, sum(many * size for many, size in runs))
        return Grant(answer.messages, answer.again_in)

    def _take_alone(
        self, sender: SenderKey, pace: Pace, runs: Sequence[tuple[int, int]], *, urgency: Urgency, owed_ok: bool
    ) -> Answer:
        mine, urgent = pace.share(PARTS_ALONE[urgency]), urgency is Urgency.URGENT
        with self._lock:
            self._buckets[sender], answer = pacing.take(
                self._bucket(sender, mine), mine, runs, now=self._clock(), urgent=urgent, owed_ok=owed_ok
            )
        return answer

    def _bucket(self, sender: SenderKey, pace: Pace) -> Bucket:
        return self._buckets.get(sender) or pacing.full(pace, now=self._clock())

    def _silence_left(self, sender: SenderKey, now: float) -> float:
        bucket = self._buckets.get(sender)
        return pacing.silence_left(bucket, now=now, urgent=False) if bucket else 0.0

    def _hear_silence(self, sender: SenderKey, pace: Pace, left: float, asked_at: float) -> None:
        if left > 0:
            with self._lock:
                self._buckets[sender] = pacing.silenced(self._bucket(sender, pace), left, now=asked_at)

    def _crowded(self) -> None:
        now, top = self._clock(), int(settings.CARRIER_CONCURRENCY)
        with self._lock:
            before, self._limit = self._limit, places.halved(self._limit, top, now=now)
            if self._limit.halved_at != now:
                return
            # Each run asks anew at once, and is still known when it leaves.
            self._places = {name: (share, now) for name, (share, _) in self._places.items()}
        heard = self._shared.crowded(top=top, known=before.places)
        if heard is not None:
            self._hear_limit(heard, now)

    def _hear_limit(self, limit: float, asked_at: float) -> None:
        with self._lock:
            self._limit = Limit(limit, asked_at, self._limit.halved_at)


@cache
def pacer() -> Pacer:
    """The one of this process."""
    return Pacer(Shared(settings.CELERY_BROKER_URL))


# A child process that shared a socket with its parent would read the other's answers.
os.register_at_fork(after_in_child=pacer.cache_clear)


@receiver(setting_changed)
def _forget(setting: str, **_: Any) -> None:
    if setting.startswith(("CARRIER_", "CELERY_BROKER_URL")):
        pacer.cache_clear()


@lru_cache(maxsize=64)
def _name(sender: SenderKey) -> str:
    """The same for a mailbox with and without words before it: `Bone clinic <clinic@example.org>`."""
    mailbox = parseaddr(sender.address)[1].lower() if sender.channel is Channel.EMAIL else ""
    return f"{sender.channel.value}|{mailbox or sender.address}"


def _count(channel: Channel, answer: Answer, wanted: int) -> None:
    if answer.tokens:
        TOKENS.labels(channel=channel.value, answer="granted").inc(answer.tokens)
    if wanted > answer.tokens:
        why = "silence" if answer.silenced else "pace"
        TOKENS.labels(channel=channel.value, answer=why).inc(wanted - answer.tokens)
