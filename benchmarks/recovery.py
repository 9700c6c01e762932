"""How long until the next text leaves, after a kill -9 of a worker or of one of its processes, and after a new Redis.

A long backlog is being sent meanwhile. At the end everything has to be accounted for: what the dead had in their
hands is settled by leases and by the carrier's own log, and whatever was lost or doubled ends the benchmark.
"""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event

from django.utils import timezone

from benchmarks import ours, outbox_rows
from benchmarks.books import Books, carrier
from benchmarks.draining import children
from benchmarks.figures import Figure, Findings, say
from messaging.domain.delivery import Status
from messaging.models import Message
from sandbox.launch.redis_server import RedisServer
from tests.support.waiting import eventually

LATENCY_MS = 50
#: Requests that were on their way when a process died are taken within this many seconds of its death.
_ON_THEIR_WAY = 0.1
#: Leases end, and the carrier's log is only believed after a while.
_SETTLED_WITHIN = 900


@dataclass(frozen=True, slots=True)
class Sizes:
    """The backlog, seconds of calm before each blow, seconds without Redis, and whether the end is waited for.

    Settling what the dead left takes minutes: a tiny run looks for doubles alone.
    """

    backlog: int
    calm: float
    away: float
    settles: bool
    warming: int = 400


FULL = Sizes(backlog=100_000, calm=2, away=2, settles=True)
TINY = Sizes(backlog=6_000, calm=0.2, away=0.2, settles=False, warming=10)


@dataclass(slots=True)
class Waits:
    """Seconds, one for each round."""

    silence_of_child: list[float] = field(default_factory=list)
    next_after_group: list[float] = field(default_factory=list)
    silence_without_redis: list[float] = field(default_factory=list)
    next_after_redis: list[float] = field(default_factory=list)
    settled: list[float] = field(default_factory=list)


def run(redis: RedisServer, *, rounds: int = 3, sizes: Sizes = FULL) -> Findings:
    """Blow after blow into one backlog; then a new Redis while nothing else is due."""
    waits = Waits()
    with tempfile.TemporaryDirectory() as name, carrier(Path(name)) as books, _scene(books, Path(name), sizes) as scene:
        scene.workers.set_off(sizes.backlog)
        for number in range(1, rounds + 1):
            say(f"recovery: round {number} of {rounds}")
            waits.silence_of_child.append(scene.silence(scene.kill_one_process))
            waits.silence_without_redis.append(scene.silence(lambda: scene.without(redis)))
            waits.next_after_group.append(scene.next_after_group())
        last_blow = time.time()
        scene.come_to_an_end()
        waits.settled.append(time.time() - last_blow)
        for number in range(1, rounds + 1):
            waits.next_after_redis.append(scene.next_after(redis, number))
    return Findings(_figures(waits, sizes))


@contextlib.contextmanager
def _scene(books: Books, folder: Path, sizes: Sizes) -> Iterator[Scene]:
    with contextlib.ExitStack() as stack:
        workers = stack.enter_context(ours.at_work(books, folder, warming=sizes.warming, phones=sizes.backlog + 100))
        books.latency(LATENCY_MS)
        yield Scene(workers, books, folder, sizes, stack)


@dataclass(slots=True)
class Scene:
    """The workers, and whoever is unkind to them."""

    workers: ours.Workers
    books: Books
    folder: Path
    sizes: Sizes
    stack: contextlib.ExitStack

    def silence(self, blow: Callable[[], None]) -> float:
        """The longest time in which nothing was sent, from just before the blow until some seconds after it."""
        self._sending()
        began = time.time() - 0.5
        blow()
        Event().wait(self.sizes.calm)
        self.books.settled()
        times = sorted(at for at in self.books.times.values() if at > began)
        return max((later - earlier for earlier, later in pairwise([*times, time.time()])), default=0.0)

    def kill_one_process(self) -> None:
        """kill -9 of one of the two processes that send."""
        os.kill(children(self.workers.ordinary.process.pid)[0], signal.SIGKILL)

    def without(self, redis: RedisServer) -> None:
        """A Redis that dies, is away for a while, and comes back empty."""
        redis.kill()
        Event().wait(self.sizes.away)
        redis.start()

    def next_after_group(self) -> float:
        """From the kill -9 of the whole worker to the first text that its successor, started at once, sends."""
        self._sending()
        self.workers.ordinary.kill()
        killed = time.time()
        self.workers.ordinary = self.stack.enter_context(ours.start("worker-ordinary", self.folder))
        return self._first_since(killed + _ON_THEIR_WAY) - killed

    def next_after(self, redis: RedisServer, number: int) -> float:
        """From the moment at which a new, empty Redis listens to the text that became due just then."""
        redis.kill()
        redis.start()
        listens = time.time()
        row = self.sizes.backlog + number
        outbox_rows.texts(range(row, row + 1), series="redis", due_at=timezone.now() - timedelta(seconds=1))
        return self._first_since(listens) - listens

    def come_to_an_end(self) -> None:
        """Everything that was begun is settled; the carrier has each text once."""
        if not self.sizes.settles:
            self.books.settled()
            if doubled := [name for name, times in self.books.count.items() if times > 1]:
                raise RuntimeError(f"{len(doubled)} messages were doubled")
            ours.clear()
            return
        unsettled = Message.objects.exclude(status=Status.ACCEPTED)
        with self.workers.saying_why():
            eventually(lambda: not unsettled.exists(), _SETTLED_WITHIN, interval=0.5, what="all is settled")
        self.books.balance(outbox_rows.names())

    def _sending(self) -> None:
        """Wait until texts are leaving, for a moment at least."""
        before = self.books.settled()
        Event().wait(self.sizes.calm)
        with self.workers.saying_why():
            eventually(lambda: self.books.read() > before, 60, what="texts are leaving")

    def _first_since(self, moment: float) -> float:
        with self.workers.saying_why():
            found = eventually(lambda: self._since(moment), 120, interval=0.02, what="the next text")
        assert found is not None
        return found

    def _since(self, moment: float) -> float | None:
        self.books.read()
        return min((at for at in self.books.times.values() if at > moment), default=None)


def _figures(waits: Waits, sizes: Sizes) -> list[Figure]:
    figures = [
        Figure(
            "kill -9 of one of two sending processes: longest silence at the carrier", waits.silence_of_child, " s", 2
        ),
        Figure(
            "kill -9 of the whole worker, started again at once: until the next text leaves",
            waits.next_after_group,
            " s",
            2,
            headline=True,
        ),
        Figure(
            f"Redis killed, away for {sizes.away:g} s and back empty: longest silence at the carrier",
            waits.silence_without_redis,
            " s",
            2,
        ),
        Figure(
            "a new, empty Redis: until a text leaves that nobody was told of",
            waits.next_after_redis,
            " s",
            2,
            headline=True,
        ),
    ]
    if sizes.settles:
        what = "after the last kill: until all is settled that the dead had in their hands"
        figures.append(Figure(what, waits.settled, " s"))
    return figures
