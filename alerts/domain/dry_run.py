"""A rule that fires while nobody answers, played on the escalation machine itself: who would get what, and when."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.domain.case import Case, ClockStruck, Effect, Event, PagePerson, PageStep, Raised, SendFallback, StepEmpty
from alerts.domain.escalation import transition
from alerts.domain.policy import Policy, Role, Step
from alerts.domain.words import Tier
from messaging.domain.delivery import Channel

#: A play that has not ended by then never will (a policy for which there is nobody at all).
MOST_MOVES = 500


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person (or line) of a step, with the channels that reach them."""

    name: str
    channels: tuple[Channel, ...]


Whom = Callable[[Step, datetime], Sequence[Recipient]]


class What(StrEnum):
    """What kind of thing would happen."""

    PAGE = "page"  # a step of the policy is paged
    FALLBACK = "fallback"  # the patient gets the fallback instruction
    NUDGE = "nudge"  # the owner is reminded of the open outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that would happen."""

    what: What
    at: datetime
    position: int = -1
    step: Step | None = None
    recipients: tuple[Recipient, ...] = ()
    in_ring: bool = False

    @property
    def is_empty(self) -> bool:
        """A step with nobody to page: skipped at once."""
        return self.what is What.PAGE and not self.recipients

    @property
    def rings(self) -> bool:
        """Whether a telephone rings."""
        return any(Channel.VOICE in recipient.channels for recipient in self.recipients)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """When the rule fires, and what else the machine is told at that moment. Times are aware."""

    tier: Tier
    raised_at: datetime
    opens_at: datetime
    fallback_at: datetime | None = None


def play(policy: Policy, scene: Scene, whom: Whom, *, lines: int) -> tuple[Line, ...]:
    """The first `lines` things that happen when nobody ever answers."""
    raised = Raised(scene.opens_at, scene.fallback_at)
    return _play(policy, Case(tier=scene.tier), raised, scene.raised_at, whom, lines)


def play_on(policy: Policy, case: Case, whom: Whom, *, lines: int) -> tuple[Line, ...]:
    """The next `lines` things that happen to an open case to which nobody does anything more."""
    if case.next_at is None:
        return ()
    return _play(policy, case, ClockStruck(), case.next_at, whom, lines)


def _play(policy: Policy, case: Case, event: Event, now: datetime, whom: Whom, lines: int) -> tuple[Line, ...]:
    found: list[Line] = []
    for _ in range(MOST_MOVES):
        case, effects = transition(policy, case, event, now)
        new = [line for effect in effects if (line := _line(policy, effect, whom, now))]
        found += new
        if len(found) >= lines:
            break
        empty = next((line.position for line in new if line.is_empty), None)
        if empty is not None:
            event = StepEmpty(empty)
        else:
            event, now = ClockStruck(), max(now, case.next_at or now)
    return tuple(found[:lines])


def _line(policy: Policy, effect: Effect, whom: Whom, now: datetime) -> Line | None:
    match effect:
        case SendFallback():
            return Line(what=What.FALLBACK, at=now)
        case PagePerson():
            return Line(what=What.NUDGE, at=now)
        case PageStep(position):
            step = policy.step(position)
            return Line(
                what=What.PAGE,
                at=now,
                position=position,
                step=step,
                recipients=tuple(whom(step, now)),
                in_ring=position >= len(policy.ladder),
            )
    return None


def first_voice(policy: Policy, start: datetime, whom: Whom) -> timedelta | None:
    """How long after `start` the first telephone rings at somebody who exists; None when none does in two rounds.

    Walks the steps as the machine does: a step with nobody costs no time.
    """
    now = start
    for position in range(len(policy.ladder) + 2 * len(policy.ring)):
        step = policy.step(position)
        people = whom(step, now)
        if any(Channel.VOICE in person.channels for person in people):
            return now - start
        if people:
            now += step.wait
    return None


@dataclass(frozen=True, slots=True)
class Slowest:
    """The moment at which a policy is at its slowest. `after` None: no telephone would ring at all."""

    start: datetime
    after: timedelta | None


def slowest(policy: Policy, whom: Whom, *, changes: Iterable[datetime], start: datetime, end: datetime) -> Slowest:
    """When between `start` and `end` it takes longest until a telephone rings.

    `changes`: every moment at which somebody's turn begins or ends. Between two changes the rota answers
    the same, so it is enough to begin where a step would fall on a change.
    """
    worst = Slowest(start, timedelta(0))
    for moment in _beginnings(policy, changes, start, end):
        after = first_voice(policy, moment, whom)
        if after is None:
            return Slowest(moment, None)
        if worst.after is not None and after > worst.after:
            worst = Slowest(moment, after)
    return worst


def _beginnings(policy: Policy, changes: Iterable[datetime], start: datetime, end: datetime) -> list[datetime]:
    """The moments from which a step of the policy falls on a change of the rota: the answer changes nowhere else."""
    waits = {timedelta(0)}
    for position in range(policy.length):
        # Beyond the limit the policy has failed anyway.
        more = {sofar + policy.step(position).wait for sofar in waits}
        waits |= {wait for wait in more if wait <= policy.human_within}
    inside = {change for change in changes if start <= change <= end}
    turning = {change - wait for change in inside for wait in waits}
    return sorted({start} | {moment for moment in turning if start <= moment < end})


class Spans:
    """A rota that answers the same between two changes of a role, asked once for each span of each step."""

    def __init__(self, changes: Mapping[Role, Sequence[datetime]]) -> None:
        self.changes = {role: sorted(set(moments)) for role, moments in changes.items()}
        self.known: dict[tuple[Step, int], tuple[Recipient, ...]] = {}

    def remembering(self, whom: Whom) -> Whom:
        """`whom`, with a memory."""

        def answer(step: Step, at: datetime) -> Sequence[Recipient]:
            moments = self.changes.get(step.role, ()) if step.role else ()
            key = (step, bisect_right(moments, at))
            if key not in self.known:
                self.known[key] = tuple(whom(step, at))
            return self.known[key]

        return answer
