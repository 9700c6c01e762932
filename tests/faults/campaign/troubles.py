"""Everything in a campaign that is not a kill: storms at the carrier, outages of the parts, clocks that step.

Each trouble is made, lasts, is put right again, and says afterwards how long it took until the next message left.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.faults.campaign import accounts, moods
from tests.faults.campaign.board import Board
from tests.faults.campaign.crew import WORKERS, Crew
from tests.faults.campaign.parts import Postgres, Redis

SECOND_HOST = 1


@dataclass
class Stage:
    """What there is to be troubled."""

    crew: Crew
    board: Board
    postgres: Postgres
    redis: Redis
    #: How long what is said to last 30 seconds really lasts: less in the short form.
    scale: float = 1.0
    #: Trouble → moments at which it was over.
    over: dict[str, list[float]] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    all_had: threading.Event = field(default_factory=threading.Event)

    def last(self, seconds: float) -> None:
        """Let it go on for `seconds` of the long form."""
        self.stop.wait(max(seconds * self.scale, 1.0))

    def recoveries(self) -> dict[str, list[float]]:
        """Trouble → seconds from its end to the next message that the carrier took."""
        sendings = accounts.journal(self.crew.folder)
        return {
            name: [took for moment in moments if (took := accounts.after(sendings, moment)) is not None]
            for name, moments in self.over.items()
        }


Trouble = Callable[[Stage], None]


def storm(name: str) -> Trouble:
    """One of the carrier's storms."""

    def blow(stage: Stage) -> None:
        stage.crew.command_carrier(weather={**moods.STORMS[name]})
        try:
            stage.last(15)
        finally:
            stage.crew.command_carrier(weather={**moods.MILD})

    return blow


def callbacks_lost(stage: Stage) -> None:
    """No receipt arrives for a while."""
    stage.crew.command_carrier(muted=True)
    try:
        stage.last(30)
    finally:
        stage.crew.command_carrier(muted=False)


def redis_emptied(stage: Stage) -> None:
    """FLUSHALL: every wake-up that waits is gone."""
    stage.redis.flush()


def redis_restarted(stage: Stage) -> None:
    """The broker dies, stays away and comes back empty."""
    stage.redis.kill()
    stage.last(10)
    stage.redis.start()


def redis_hung(stage: Stage) -> None:
    """SIGSTOP: it accepts connections and answers nobody."""
    stage.redis.hang()
    try:
        stage.last(30)
    finally:
        stage.redis.wake()


def postgres_restarted(stage: Stage) -> None:
    """Immediate stop in the middle of everything, and start."""
    stage.postgres.crash()
    stage.last(3)
    stage.postgres.again()


def disk_full(stage: Stage) -> None:
    """The database has no room for anything new."""
    stage.postgres.fill_disk()
    try:
        stage.last(15)
    finally:
        stage.postgres.free_disk()


def second_beat(stage: Stage) -> None:
    """Two beats by mistake."""
    with _second(stage, ("beat",)):
        stage.last(60)


def wrong_clock(seconds: float) -> Trouble:
    """Workers on a host whose clock is wrong, stepping while they work."""

    def step(stage: Stage) -> None:
        with _second(stage, WORKERS):
            stage.last(15)
            stage.board.set_step(SECOND_HOST, seconds)
            stage.last(40)
        stage.board.set_step(SECOND_HOST, 0.0)

    return step


def asked_to_stop(stage: Stage) -> None:
    """SIGTERM while a batch is on its way, as each deploy sends it."""
    for name in WORKERS:
        stage.crew.ask_to_stop(name)
    stage.last(10)


@contextmanager
def _second(stage: Stage, names: tuple[str, ...]) -> Iterator[None]:
    for name in names:
        stage.crew.start(name, host=SECOND_HOST)
    try:
        yield
    finally:
        for name in names:
            stage.crew.dismiss(f"{name}@{SECOND_HOST}")


#: In this order; in the long form once around takes about seven minutes.
TROUBLES: Mapping[str, Trouble] = {
    **{f"carrier: {name}": storm(name) for name in moods.STORMS},
    "redis: FLUSHALL": redis_emptied,
    "redis: killed, away 10 s, back empty": redis_restarted,
    "redis: hung for 30 s": redis_hung,
    "postgres: immediate stop, started again": postgres_restarted,
    "postgres: disk full for 15 s": disk_full,
    "beat: two at once": second_beat,
    "workers: SIGTERM during a batch": asked_to_stop,
    "receipts: all lost for 30 s": callbacks_lost,
    "clock of a second host: 5 minutes ahead": wrong_clock(300),
    "clock of a second host: 5 minutes behind": wrong_clock(-300),
}
#: What costs seconds only, for the short form.
QUICK = (
    "carrier: 503",
    "carrier: accepted, then dropped",
    "redis: FLUSHALL",
    "redis: killed, away 10 s, back empty",
    "postgres: immediate stop, started again",
    "workers: SIGTERM during a batch",
)


def play(stage: Stage, names: tuple[str, ...], *, gap: float) -> None:
    """Make the troubles called `names`, one after the other with a pause between them, until told to stop."""
    for name in names:
        if stage.stop.wait(gap):
            break
        if name.startswith("postgres: disk") and not stage.postgres.own_disk:
            continue
        TROUBLES[name](stage)
        stage.over.setdefault(name, []).append(time.time())
    stage.all_had.set()
    # The kernel takes whatever this thread has started away with it: it stays until the campaign ends.
    threading.Event().wait()
