"""How an alert moves: `(frozen policy, case, event, now) → (case, effects)`, and nothing else decides it.

An open case always has a moment at which something happens next (`due_at`), and a case that is taken
always has an owner. The ladder is climbed once; the ring behind it has no end. The shell
(alerts/cases.py) carries out the effects and stores every event.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.domain.case import (
    Accepted,
    AnnounceNurse,
    Case,
    ClockStruck,
    Closed,
    Effect,
    Event,
    HandedBack,
    Note,
    PagePerson,
    PageStep,
    Raised,
    ReportedAgain,
    SendFallback,
    Shout,
    Spoke,
    StandDown,
    StepEmpty,
    StepLost,
    Worsened,
)
from alerts.domain.policy import Policy
from alerts.domain.words import OWNED_STATES, AlertState, EventKind

#: When no step has anybody to page: how soon the whole ladder is tried again.
NOBODY_RETRY = timedelta(seconds=30)
#: Once every step was paged and nothing arrives: how soon the next is paged. Or numbers that fail would be paged anew
#: every other second.
LOST_RETRY = timedelta(seconds=30)
#: How long an owner who was reminded of an open outcome has before others are paged.
NUDGE_WAIT = timedelta(minutes=10)
#: How often an owner is reminded of an open outcome before others are paged.
NUDGES = 1


Step = tuple[Case, tuple[Effect, ...]]

#: Where a case stays as it is.
_NOTHING: tuple[Effect, ...] = ()


def transition(policy: Policy, case: Case, event: Event, now: datetime) -> Step:
    """Where `case` stands after `event` at `now`, and what is to be done. Total: every event, in every state."""
    if case.state is AlertState.CLOSED:
        return case, _late(event)
    match event:
        case Raised():
            return _raised(policy, case, event, now)
        case ClockStruck():
            return _clock(policy, case, now)
        case StepEmpty():
            return _empty(policy, case, event, now)
        case StepLost():
            return _lost(policy, case, event, now)
        case Accepted():
            return _accepted(policy, case, event, now)
        case HandedBack():
            return _handed_back(policy, case, event, now)
        case Spoke():
            return _spoke(policy, case, event, now)
        case Closed():
            closed = replace(
                case, state=AlertState.CLOSED, owner=event.by, due_at=None, fallback_at=None, empty_steps=0, nudges=0
            )
            return closed, (Note(EventKind.CLOSED, (("outcome", event.outcome.value),)), StandDown(event.by))
        case ReportedAgain():
            return case, (Note(EventKind.REPORTED_AGAIN, (("tier", event.tier.value),)),)
        case Worsened():
            return _worsened(policy, case, event, now)


def _late(event: Event) -> tuple[Effect, ...]:
    """What somebody does to a closed case is written down and changes nothing."""
    if isinstance(event, Accepted):
        return (Note(EventKind.ACCEPTED_LATE),)
    return _NOTHING


def _page(policy: Policy, case: Case, position: int, now: datetime, *notes: Effect) -> Step:
    """Page the step at `position`; its wait starts now."""
    paged = replace(
        case,
        state=AlertState.PAGED,
        position=position,
        owner=None,
        nudges=0,
        due_at=now + policy.step(position).wait,
    )
    return paged, (*notes, PageStep(position))


def _raised(policy: Policy, case: Case, event: Raised, now: datetime) -> Step:
    if case.state is not AlertState.RAISED:
        # It has begun already.
        return case, _NOTHING
    fresh = replace(case, fallback_at=event.fallback_at)
    if event.opens_at > now:
        waiting = replace(fresh, state=AlertState.RAISED, due_at=event.opens_at)
        return waiting, (Note(EventKind.RAISED, (("opens_at", event.opens_at.isoformat()),)),)
    return _page(policy, fresh, 0, now, Note(EventKind.RAISED))


def _clock(policy: Policy, case: Case, now: datetime) -> Step:
    effects: tuple[Effect, ...] = ()
    if case.owner is None and case.fallback_at is not None and case.fallback_at <= now:
        # Only while nobody has it: taking the case halts this clock, giving it back lets it run on.
        case, effects = replace(case, fallback_at=None), (SendFallback(),)
    if case.due_at is None or case.due_at > now:
        return case, effects
    moved, more = _stage_timed_out(policy, case, now)
    return moved, (*effects, *more)


def _stage_timed_out(policy: Policy, case: Case, now: datetime) -> Step:
    if case.state is AlertState.ACCEPTED:
        note = Note(EventKind.ACCEPTANCE_TIMED_OUT, (("owner", case.owner),))
        return _page(policy, replace(case, empty_steps=0), 0, now, note)
    if case.state is AlertState.REACHED:
        note = Note(EventKind.OUTCOME_TIMED_OUT, (("owner", case.owner),))
        if case.nudges < NUDGES and case.owner is not None:
            nudged = replace(case, nudges=case.nudges + 1, due_at=now + NUDGE_WAIT)
            return nudged, (note, PagePerson(case.owner, "outcome"))
        return _page(policy, replace(case, empty_steps=0), 0, now, note)
    if case.position < 0 or case.empty_steps:
        # The first page of a case that waited, or another try of a ladder that had nobody.
        return _page(policy, replace(case, empty_steps=0), case.position + 1, now)
    note = Note(EventKind.STEP_TIMED_OUT, (("position", case.position),))
    return _page(policy, case, case.position + 1, now, note)


def _empty(policy: Policy, case: Case, event: StepEmpty, now: datetime) -> Step:
    """Nobody there: the next step at once, and a shout. Nobody in the whole policy: again, soon, for ever."""
    if case.state is not AlertState.PAGED or event.position != case.position:
        return case, _NOTHING
    whom = policy.step(event.position).whom
    note = Note(EventKind.STEP_EMPTY, (("position", event.position), ("whom", whom)))
    shout = Shout(f"empty-step:{policy.name}:{whom}", f"Policy {policy.name}: there was nobody to page as {whom}.")
    empties = case.empty_steps + 1
    if empties >= policy.length:
        stuck = replace(case, empty_steps=empties, due_at=now + NOBODY_RETRY)
        nobody = Shout(f"nobody:{policy.name}", f"Policy {policy.name}: NOBODY could be paged. Phone the patient now.")
        return stuck, (note, shout, nobody)
    return _page(policy, replace(case, empty_steps=empties), case.position + 1, now, note, shout)


def _lost(policy: Policy, case: Case, event: StepLost, now: datetime) -> Step:
    """Pages that did not arrive pull the next step forward; once everybody was paged, not faster than LOST_RETRY."""
    if case.state is not AlertState.PAGED or event.position != case.position:
        return case, _NOTHING
    note = Note(EventKind.PAGE_FAILED, (("position", event.position),))
    if case.position + 1 >= policy.length and case.due_at is not None:
        return replace(case, empty_steps=0, due_at=min(case.due_at, now + LOST_RETRY)), (note,)
    return _page(policy, replace(case, empty_steps=0), case.position + 1, now, note)


def _accepted(policy: Policy, case: Case, event: Accepted, now: datetime) -> Step:
    if case.state in OWNED_STATES:
        if case.owner == event.by:
            return case, _NOTHING
        return case, (Note(EventKind.ACCEPTED_LATE, (("owner", case.owner),)),)
    taken = replace(
        case,
        state=AlertState.ACCEPTED,
        owner=event.by,
        empty_steps=0,
        nudges=0,
        due_at=now + policy.reach_within,
    )
    return taken, (Note(EventKind.ACCEPTED), StandDown(event.by), AnnounceNurse())


def _handed_back(policy: Policy, case: Case, event: HandedBack, now: datetime) -> Step:
    note = Note(EventKind.HANDED_BACK)
    if case.state in OWNED_STATES:
        if case.owner != event.by:
            return case, _NOTHING
        return _page(policy, replace(case, empty_steps=0), case.position + 1, now, note)
    # A late press of somebody whose step is over must not skip the one that is being paged now.
    if case.state is AlertState.PAGED and event.position in (None, case.position):
        return _page(policy, replace(case, empty_steps=0), case.position + 1, now, note)
    return case, (note,)


def _spoke(policy: Policy, case: Case, event: Spoke, now: datetime) -> Step:
    effects: tuple[Effect, ...] = ()
    if case.state not in OWNED_STATES:
        # Who speaks with the patient has taken the case.
        case, effects = _accepted(policy, case, Accepted(event.by), now)
        effects = tuple(effect for effect in effects if not isinstance(effect, AnnounceNurse))
    if not event.reached:
        return case, (*effects, Note(EventKind.PATIENT_NOT_REACHED))
    spoken = replace(
        case, state=AlertState.REACHED, owner=event.by, nudges=0, due_at=now + policy.outcome_within, fallback_at=None
    )
    return spoken, (*effects, Note(EventKind.PATIENT_REACHED))


def _worsened(policy: Policy, case: Case, event: Worsened, now: datetime) -> Step:
    worst = event.tier if event.tier.rank < case.tier.rank else case.tier
    note = Note(EventKind.WORSENED, (("tier", event.tier.value), ("was", case.tier.value)))
    # A clock that runs is not put back.
    runs = case.fallback_at if case.owner is None else None
    worse = replace(case, tier=worst, empty_steps=0, fallback_at=runs or event.fallback_at or case.fallback_at)
    first: tuple[Effect, ...] = (note,)
    if case.owner is not None:
        first = (note, PagePerson(case.owner, "worse"))
    return _page(policy, worse, 0, now, *first)
