"""How fast this process may send now: tokens of each sender, and places among the requests to the carrier."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import NamedTuple

from django.conf import settings

from messaging.domain import pacing
from messaging.domain.delivery import Channel, Urgency
from messaging.domain.pacing import Bucket, Pace


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
    """The pace of one process. Safe from any thread; never raises; only `refresh` touches the database."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[SenderKey, Bucket] = {}

    def refresh(self, *, now: datetime) -> None:
        """Read the paces that senders were given in the admin; asks the database every 30 seconds at most."""

    def take(self, sender: SenderKey, wanted: int, *, urgency: Urgency, owed_ok: bool) -> Grant:
        """Take up to `wanted` tokens: segments, calls or mails. Those not used are to be given back by `settle`.

        With `owed_ok` (see domain.pacing.may_owe) all of them, on credit of this sender's later ones.
        """
        return self._take(sender, [(wanted, 1)], urgency=urgency, owed_ok=owed_ok)

    def take_whole(self, sender: SenderKey, sizes: Sequence[int], *, urgency: Urgency, owed_ok: bool) -> Grant:
        """Take for whole messages of `sizes`, in their order; `granted` counts messages from the front."""
        runs = [(len(list(same)), size) for size, same in groupby(sizes)]
        return self._take(sender, runs, urgency=urgency, owed_ok=owed_ok)

    def settle(self, sender: SenderKey, unused: int) -> None:
        """Give back `unused` tokens of a `take`; a negative number is what was sent beyond it, to be owed."""
        with self._lock:
            bucket, pace = self._bucket(sender)
            self._buckets[sender] = pacing.given_back(bucket, pace, unused, now=self._clock())

    def slow_down(self, sender: SenderKey, *, retry_after: float | None, crowded: bool = True) -> None:
        """The provider said "too fast": nothing more from this sender for so long.

        `crowded`: it meant our requests all together (429), and not this sender alone (30022).
        """
        with self._lock:
            bucket, _ = self._bucket(sender)
            self._buckets[sender] = pacing.silenced(bucket, retry_after, now=self._clock())

    def concurrency(self, *, runner: str, urgency: Urgency) -> int:
        """How many requests the run called `runner` may have in flight at this moment; 1 at least."""
        return max(int(settings.CARRIER_CONCURRENCY) // 4, 1)

    def leave(self, runner: str) -> None:
        """The run has ended: its places are free for the others at once."""

    def _take(self, sender: SenderKey, sizes: Iterable[tuple[int, int]], *, urgency: Urgency, owed_ok: bool) -> Grant:
        with self._lock:
            bucket, pace = self._bucket(sender)
            urgent = urgency is Urgency.URGENT
            self._buckets[sender], answer = pacing.take(
                bucket, pace, sizes, now=self._clock(), urgent=urgent, owed_ok=owed_ok
            )
        return Grant(answer.messages, answer.again_in)

    def _bucket(self, sender: SenderKey) -> tuple[Bucket, Pace]:
        pace = self._pace(sender).share(4)
        return self._buckets.get(sender) or pacing.full(pace, now=self._clock()), pace

    def _pace(self, sender: SenderKey) -> Pace:
        kind = pacing.kind_of(*sender)
        return pacing.pace_of(settings.CARRIER_PACES.get(kind, pacing.DEFAULT_RATES[kind]), kind)


@cache
def pacer() -> Pacer:
    """The one of this process."""
    return Pacer()


# A child process keeps a pace of its own.
os.register_at_fork(after_in_child=pacer.cache_clear)
