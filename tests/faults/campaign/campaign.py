"""One campaign from the first message to the accounts: feed, kill, trouble, calm down, settle, add up."""

from __future__ import annotations

import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, connection

from messaging.domain.delivery import ACKNOWLEDGED, FINAL
from messaging.models import Message
from tests.faults.campaign import accounts, clock, moods, troubles
from tests.faults.campaign.accounts import Accounts
from tests.faults.campaign.crew import WORKERS
from tests.faults.campaign.feeder import Feeder
from tests.faults.campaign.troubles import Stage

#: How often each way of killing is chosen when no fuse is lit: children are forked anew in milliseconds.
WAYS = {
    "a child at random": 12,
    "a web child at random": 3,
    "a whole worker": 1,
    "a parent alone": 1,
    "beat": 1,
    "web": 1,
    "watchdog": 1,
}
#: How many fuses burn at once, and how many seconds one burns before another point is chosen.
FUSES, PATIENCE = 5, 20.0
#: The boundaries that must have been died at before the short form is over; the others are found as they are reached.
ENUMERATED = (
    "carrier: create texts: arrived, not taken",
    "carrier: create texts: taken, not answered",
    "worker: before request to create texts",
    "worker: after request to create texts",
    *(
        f"{role}: {side} {what}"
        for role, what in (
            ("worker", "commit of outbox.claim"),
            ("worker", "commit of engine._write_once"),
            ("worker", "write of record.release < reconcile.recover_leases"),
            ("worker", "write of record.leave_in_doubt < reconcile.recover_leases"),
            ("worker", "commit of reconcile._take_doubts"),
            ("worker", "request to search texts"),
            ("worker", "commit of receiving.adopt"),
            ("worker", "commit of receiving.not_taken"),
            ("worker", "commit of poll._take"),
            ("worker", "task messaging.dispatch_ordinary"),
            ("worker", "task messaging.dispatch_urgent"),
            ("web", "commit of receipts._hear"),
        )
        for side in ("before", "after")
    ),
)
SETTLING = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a campaign is."""

    messages: int
    kills: int
    minutes: float
    seed: int
    short: bool = False
    #: Only troubles whose names begin with one of these, separated by commas.
    troubles: str = ""


@dataclass(slots=True)
class Outcome:
    """What was done, and how it ended."""

    size: Size
    accounts: Accounts
    kills: dict[str, int] = field(default_factory=dict)
    points: dict[str, tuple[int, int]] = field(default_factory=dict)
    troubles: dict[str, list[float]] = field(default_factory=dict)
    times_of_trouble: dict[str, int] = field(default_factory=dict)
    group_recovery: list[float] = field(default_factory=list)
    carrier: dict[str, int] = field(default_factory=dict)
    receipts: dict[str, int] = field(default_factory=dict)
    refusals: int = 0
    missing: list[str] = field(default_factory=list)
    took: float = 0.0
    settled_in: float = 0.0
    disk_was_full: bool = True


class Killer:
    """Kills, at lit points and at random, and counts."""

    def __init__(self, stage: Stage, size: Size) -> None:
        self.stage, self.size = stage, size
        self.random_kills: Counter[str] = Counter()
        self.groups: list[float] = []
        self._chance = random.Random(f"{size.seed} kills")
        self._lit: dict[str, float] = {}
        self._strikes = 0

    @property
    def kills(self) -> int:
        """How many processes or groups were killed so far."""
        return self.random_kills.total() + sum(point.kills for point in self.stage.board.points())

    def strike(self) -> None:
        """Kill somebody now, or light a fuse."""
        self._strikes += 1
        self._forget_burnt()
        if self.size.short:
            self._light_all_untouched()
            if self._strikes % 12 == 0:
                self._at_random(list(WAYS)[self._strikes // 12 % len(WAYS)])
        elif len(self._lit) < FUSES and self._chance.random() < 0.75:
            self._light()
        else:
            self._at_random(self._chance.choices(list(WAYS), weights=list(WAYS.values()))[0])

    def missing(self) -> list[str]:
        """Enumerated points at which nobody has died yet."""
        died = {point.name for point in self.stage.board.points() if point.kills}
        return [name for name in ENUMERATED if name not in died]

    def rest(self) -> None:
        """Put all fuses out."""
        for name in self._lit:
            self.stage.board.light(name, 0)
        self._lit.clear()

    def _light_all_untouched(self) -> None:
        for point in self.stage.board.points():
            if not point.kills and point.name not in self._lit:
                self.stage.board.light(point.name, 1)
                self._lit[point.name] = time.monotonic()

    def _forget_burnt(self) -> None:
        burning = {point.name: point.fuse for point in self.stage.board.points()}
        for name, since in list(self._lit.items()):
            if not burning[name]:
                del self._lit[name]
            elif time.monotonic() - since > PATIENCE:
                self.stage.board.light(name, 0)
                del self._lit[name]

    def _light(self) -> None:
        points = [point for point in self.stage.board.points() if point.name not in self._lit]
        if not points:
            return
        if self._chance.random() < 0.5:
            # What is reached seldom must be waited for, and what is reached all the time dies meanwhile.
            points = sorted(points, key=lambda point: point.hits)[len(points) // 2 :]
        fewest = min(point.kills for point in points)
        chosen = self._chance.choice([point for point in points if point.kills == fewest])
        self.stage.board.light(chosen.name, self._chance.randint(1, 60 if chosen.hits > 200 else 2))
        self._lit[chosen.name] = time.monotonic()

    def _at_random(self, way: str) -> None:
        crew = self.stage.crew
        if way == "a child at random" and not crew.kill_child(self._chance.choice(WORKERS), self._chance):
            return
        if way == "a web child at random" and not crew.kill_child("web", self._chance):
            return
        if way == "a whole worker":
            self.groups.append(crew.kill_group(self._chance.choice(WORKERS)))
        elif way == "a parent alone":
            crew.kill_parent(self._chance.choice(WORKERS))
        elif way in ("beat", "web", "watchdog"):
            if way not in crew.names:
                return
            crew.kill_group(way)
        self.random_kills[way] += 1


def run(stage: Stage, size: Size) -> Outcome:
    """The campaign on `stage`, where everybody is at work already."""
    began = time.monotonic()
    feeder = Feeder(seed=size.seed, count=size.messages, seconds=25 if size.short else size.minutes * 60 * 0.7)
    killer = Killer(stage, size)
    every = troubles.QUICK if size.short else tuple(troubles.TROUBLES)
    names = tuple(name for name in every if name.startswith(tuple(size.troubles.split(","))))
    gap = 0.5 if size.short else max(size.minutes * 60 * 0.8 - 420, 30) / max(len(names), 1)
    player = threading.Thread(target=troubles.play, args=(stage, names), kwargs={"gap": gap}, daemon=True)
    feeder.start()
    player.start()
    _kill_for_a_while(stage, size, feeder, killer)
    killer.rest()
    stage.stop.set()
    stage.all_had.wait(timeout=120)
    feeder.rest()
    calmed = time.monotonic()
    settled = _settle(stage)
    say(f"settled: {settled}; {killer.kills} kills; {feeder.fed} messages")
    outcome = Outcome(size, accounts.close(stage.crew.folder, now=clock.now(), speed=clock.SPEED))
    outcome.settled_in, outcome.took = time.monotonic() - calmed, time.monotonic() - began
    outcome.refusals = feeder.refusals
    _tell(outcome, stage, killer)
    return outcome


def _kill_for_a_while(stage: Stage, size: Size, feeder: Feeder, killer: Killer) -> None:
    """Until there were enough kills, all is fed and every trouble was had; or the time is up."""
    end = time.monotonic() + size.minutes * 60
    pause = 0.3 if size.short else size.minutes * 60 * 0.6 / size.kills
    told = time.monotonic()
    while time.monotonic() < end:
        killed_enough = not killer.missing() if size.short else killer.kills >= size.kills
        if killed_enough and feeder.done and stage.all_had.is_set():
            return
        stage.crew.tend()
        if not killed_enough:
            killer.strike()
        if time.monotonic() - told > 30:
            told = time.monotonic()
            say(f"{killer.kills} kills, {feeder.fed} messages fed, over: {', '.join(list(stage.over)[-1:])}")
        # Nothing sets it: a pause between kills.
        stage.stop.wait(pause)


def _settle(stage: Stage) -> bool:
    """Calm weather, and everybody at work, until nothing is open any more. False: something still is."""
    stage.crew.command_carrier(weather={**moods.CALM}, muted=False)
    limit = max(SETTLING / clock.SPEED, 45.0)
    return _until(lambda: _open() == 0 and not stage.crew.command_carrier()["owed"], limit, stage)


def _until(true: Callable[[], bool], limit: float, stage: Stage) -> bool:
    end = time.monotonic() + limit
    pause = threading.Event()
    while time.monotonic() < end:
        stage.crew.tend()
        try:
            if true():
                return True
        except (DatabaseError, InterfaceError):
            connection.close()
        pause.wait(1)
    return False


def _open() -> int:
    return Message.objects.exclude(status__in=FINAL | ACKNOWLEDGED).count()


def _tell(outcome: Outcome, stage: Stage, killer: Killer) -> None:
    outcome.points = {point.name: (point.hits, point.kills) for point in stage.board.points()}
    kills, outcome.missing = Counter(killer.random_kills), killer.missing()
    for point in stage.board.points():
        kills[f"at a point, {point.name.partition(':')[0]}"] += point.kills
    outcome.kills = dict(kills)
    outcome.troubles = stage.recoveries()
    outcome.times_of_trouble = {name: len(moments) for name, moments in stage.over.items()}
    sendings = accounts.journal(stage.crew.folder)
    outcome.group_recovery = [took for at in killer.groups if (took := accounts.after(sendings, at)) is not None]
    told = stage.crew.command_carrier()
    outcome.carrier, outcome.receipts = told["met"], told["receipts"]
    outcome.disk_was_full = stage.postgres.own_disk


def say(words: str) -> None:
    """One line of progress, beside the table."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {words}\n")
    sys.stderr.flush()
