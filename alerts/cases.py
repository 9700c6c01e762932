"""Moving an alert: its row is locked, the pure machine decides, and what it decided is stored and carried out.

Everything happens in one transaction: state, story, pages and texts stand or fall together.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Max

from alerts import alarms, paging, telling
from alerts.domain import detour
from alerts.domain import policy as policies
from alerts.domain.case import (
    AnnounceNurse,
    Case,
    Closed,
    Effect,
    Event,
    Note,
    PagePerson,
    PageStep,
    SendFallback,
    Shout,
    StandDown,
    StepEmpty,
    StepLost,
)
from alerts.domain.escalation import transition
from alerts.domain.policy import Policy
from alerts.domain.words import ALERT_MOVES, OPEN_STATES, AlertState, EventKind, Tier
from alerts.models import Alert, AlertEvent, AlertPage, Responder
from messaging import breakers, outbox
from messaging.domain.delivery import Channel, Urgency

log = structlog.get_logger(__name__)


class IllegalMove(RuntimeError):
    """The machine asked for a move that the table does not have."""


@dataclass(slots=True)
class Hand:
    """Who moves an alert, and by what way: it stands in the story."""

    via: str
    by: Responder | None = None
    user: AbstractBaseUser | None = None


@dataclass(slots=True)
class _Run:
    """One locked alert while it is being moved."""

    alert: Alert
    policy: Policy
    hand: Hand
    now: datetime
    number: int
    story: list[AlertEvent] = field(default_factory=list)

    def note(self, kind: EventKind, detail: Iterable[tuple[str, Any]] = ()) -> None:
        self.number += 1
        self.story.append(
            AlertEvent(
                alert=self.alert,
                number=self.number,
                kind=kind,
                at=self.now,
                by=self.hand.by,
                user=self.hand.user,  # type: ignore[misc]
                via=self.hand.via,
                state=self.alert.state,
                detail=dict(detail),
            )
        )


def lock(alert_id: int, *, skip_locked: bool = False) -> Alert | None:
    """The alert, held until the transaction ends; None when it is gone, or held by another and `skip_locked`."""
    skip = skip_locked and connection.features.has_select_for_update_skip_locked
    rows = Alert.objects.select_for_update(skip_locked=skip, of=("self",))
    # Not the owner: PostgreSQL hands out the row as it is after the wait, but what is joined to it as it was
    # before; the second of two nurses would find the alert hers.
    return rows.select_related("clinic", "patient", "rule_version").filter(pk=alert_id).first()


def move(
    alert: Alert, *events: Event, hand: Hand, now: datetime, then: Sequence[tuple[EventKind, dict[str, Any]]] = ()
) -> Alert:
    """Let `events` happen to an alert that lock() holds, or that this transaction has written.

    `then` are rows of the story that are added after them.
    """
    # No savepoint: an alert that was moved halfway must never be kept, so the caller's transaction goes with it.
    with transaction.atomic(savepoint=False):
        last = alert.events.aggregate(last=Max("number"))["last"] or 0
        run = _Run(alert, policies.from_json(alert.policy), hand, now, last)
        waiting: deque[Event] = deque(events)
        while waiting:
            waiting.extendleft(_happen(run, waiting.popleft()))
        for kind, detail in then:
            run.note(kind, detail.items())
        alert.save()
        AlertEvent.objects.bulk_create(run.story)
        outbox.wake(Urgency.URGENT)
    return alert


def note(alert: Alert, kind: EventKind, *, hand: Hand, now: datetime, **detail: Any) -> None:
    """Add one row to the story of a locked alert that nothing moves."""
    with transaction.atomic(savepoint=False):
        run = _Run(alert, policies.from_json(alert.policy), hand, now, alert.events.count())
        run.note(kind, detail.items())
        AlertEvent.objects.bulk_create(run.story)


def case_of(alert: Alert) -> Case:
    """The alert as the machine sees it."""
    return Case(
        tier=Tier(alert.tier),
        state=AlertState(alert.state),
        position=alert.position,
        empty_steps=alert.empty_steps,
        nudges=alert.nudges,
        owner=alert.owner_id,
        due_at=alert.step_due_at,
        fallback_at=alert.fallback_at,
    )


def _happen(run: _Run, event: Event) -> list[Event]:
    """One event; answers those that carrying out its effects has caused."""
    before = AlertState(run.alert.state)
    after, effects = transition(run.policy, case_of(run.alert), event, run.now)
    if after.state is not before and after.state not in ALERT_MOVES[before]:
        raise IllegalMove(f"alert {run.alert.pk}: {before} → {after.state} on {type(event).__name__}")
    _store(run, before, after, event)
    caused: list[Event] = []
    for effect in effects:
        caused.extend(_carry_out(run, effect))
    return caused


def _store(run: _Run, before: AlertState, after: Case, event: Event) -> None:
    alert = run.alert
    alert.state, alert.tier = after.state, after.tier
    alert.position, alert.empty_steps, alert.nudges = after.position, after.empty_steps, after.nudges
    alert.owner_id = after.owner
    alert.step_due_at, alert.fallback_at, alert.next_due_at = after.due_at, after.fallback_at, after.next_at
    if after.state is AlertState.ACCEPTED and before is not AlertState.ACCEPTED:
        alert.accepted_at = run.now
    if after.state is AlertState.REACHED and before is not AlertState.REACHED:
        alert.accepted_at, alert.reached_at = alert.accepted_at or run.now, run.now
    if isinstance(event, Closed) and before in OPEN_STATES:
        alert.closed_at, alert.closed_by_id, alert.outcome = run.now, event.by, event.outcome


def _carry_out(run: _Run, effect: Effect) -> list[Event]:
    alert, now = run.alert, run.now
    match effect:
        case Note():
            run.note(effect.kind, effect.detail)
        case PageStep():
            return _page_step(run, effect.position)
        case PagePerson():
            paged = _written(run, lambda: paging.page_person(alert, effect.who, effect.why, now=now))
            run.note(EventKind.STEP_PAGED, (("why", effect.why), ("pages", [page.pk for page in paged])))
        case StandDown():
            paging.stand_down(alert, effect.owner, now=now)
        case AnnounceNurse():
            if telling.announce_nurse(alert, number=run.number, now=now):
                run.note(EventKind.NURSE_ANNOUNCED)
        case SendFallback():
            sent = telling.send_fallback(alert, now=now)
            run.note(EventKind.FALLBACK_SENT if sent else EventKind.NOT_INSTRUCTED, (("what", "fallback"),))
        case Shout():
            alarms.shout(effect.key, effect.words, now=now)
    return []


def _page_step(run: _Run, position: int) -> list[Event]:
    """Page everyone of a step; what cannot make a phone ring now is lost at once, and the next step follows."""
    alert, now, step = run.alert, run.now, run.policy.step(position)
    broken = breakers.broken(now=now)
    paged = _written(run, lambda: paging.page_step(alert, step, position, now=now, broken=broken))
    if not paged:
        return [StepEmpty(position)]
    alert.first_paged_at = alert.first_paged_at or now
    detail: dict[str, Any] = {"position": position, "pages": [page.pk for page in paged]}
    closed = sorted(broken & set(step.channels))
    run.note(EventKind.STEP_PAGED, (detail | ({"closed": closed} if closed else {})).items())
    return [StepLost(position)] if goes_unheard(alert, position, paged, broken) else []


def goes_unheard(alert: Alert, position: int, pages: Iterable[AlertPage], broken: Collection[Channel]) -> bool:
    """Whether these pages of a step make no phone ring while `broken` is so, and the next step goes out at once."""
    sent_by = {Channel(page.channel) for page in pages}
    length, mailed = policies.from_json(alert.policy).length, Channel.EMAIL in sent_by
    climbs = detour.may_climb(position, length, mailed=mailed, pages=Tier(alert.tier).pages)
    return climbs and detour.is_unheard(sent_by, broken)


def _written(run: _Run, write: Callable[[], list[AlertPage]]) -> list[AlertPage]:
    """The pages of a step. Whatever breaks while they are written leaves it empty: the next one is tried at once."""
    try:
        with transaction.atomic():
            return write()
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - a rota that cannot be read must not keep the others unpaged
        log.error("page_could_not_be_written", alert=run.alert.pk, error=type(error).__name__)
        return []
