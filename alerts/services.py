"""What people do to an alert: take it, hand it back, say that they spoke with her, record the outcome.

Each call locks the alert, so of two nurses at once one wins and the other is told who.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from alerts import cases
from alerts.domain.case import Accepted, Closed, HandedBack, Spoke
from alerts.domain.words import OWNED_STATES, AlertState, EventKind, Outcome
from alerts.models import Alert, Responder


class Verdict(StrEnum):
    """How a deed ended, for the words that answer it."""

    WON = "won"  # it is hers now
    YOURS = "yours"  # it was hers already
    TAKEN = "taken"  # another has it
    CLOSED = "closed"  # it is over
    DONE = "done"
    REFUSED = "refused"  # not hers to do


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a deed, and who has the alert now."""

    verdict: Verdict
    alert: Alert
    owner: Responder | None


def accept(alert_id: int, *, by: Responder, via: str, now: datetime, user: AbstractBaseUser | None = None) -> Answer:
    """Take an alert, and with it what else is open and untaken of the same patient. Alert.DoesNotExist if unknown."""
    with transaction.atomic():
        alert = _locked(alert_id)
        if alert.state == AlertState.CLOSED:
            return Answer(Verdict.CLOSED, alert, alert.closed_by)
        before = alert.owner
        hand = cases.Hand(via, by, user)
        cases.move(alert, Accepted(by.pk), hand=hand, now=now)
        if before is not None:
            return Answer(Verdict.YOURS if before.pk == by.pk else Verdict.TAKEN, alert, before)
        _take_siblings(alert, by, hand, now=now)
        return Answer(Verdict.WON, alert, by)


def hand_back(
    alert_id: int,
    *,
    by: Responder,
    via: str,
    now: datetime,
    user: AbstractBaseUser | None = None,
    position: int | None = None,
) -> Answer:
    """Give it back, or say that one cannot take it: the next step is paged at once.

    `position`: the step whose page is answered; an answer to a step that is over skips nobody.
    """
    with transaction.atomic():
        alert = _locked(alert_id)
        if alert.state == AlertState.CLOSED:
            return Answer(Verdict.CLOSED, alert, alert.closed_by)
        if alert.state in OWNED_STATES and alert.owner_id != by.pk:
            return Answer(Verdict.TAKEN, alert, alert.owner)
        if alert.state not in OWNED_STATES and position is None:
            position = _step_of(alert, by)
        cases.move(alert, HandedBack(by.pk, position), hand=cases.Hand(via, by, user), now=now)
        return Answer(Verdict.DONE, alert, alert.owner)


def reached(
    alert_id: int, *, by: Responder, spoke: bool, via: str, now: datetime, user: AbstractBaseUser | None = None
) -> Answer:
    """Record that the patient was reached, or that she was not; who reaches her takes the alert."""
    with transaction.atomic():
        alert = _locked(alert_id)
        if alert.state == AlertState.CLOSED:
            return Answer(Verdict.CLOSED, alert, alert.closed_by)
        cases.move(alert, Spoke(by.pk, spoke), hand=cases.Hand(via, by, user), now=now)
        return Answer(Verdict.DONE, alert, alert.owner)


def close(
    alert_id: int,
    *,
    by: Responder,
    outcome: Outcome,
    via: str,
    now: datetime,
    note: str = "",
    user: AbstractBaseUser | None = None,
) -> Answer:
    """Record the outcome; the alert is over. A second outcome changes nothing: the first is the record."""
    with transaction.atomic():
        alert = _locked(alert_id)
        if alert.state == AlertState.CLOSED:
            return Answer(Verdict.CLOSED, alert, alert.closed_by)
        alert.outcome_note = note
        cases.move(alert, Closed(by.pk, outcome), hand=cases.Hand(via, by, user), now=now)
        return Answer(Verdict.DONE, alert, by)


def confirm_instruction(alert_id: int, *, now: datetime) -> bool:
    """The patient has answered that she read the fallback instruction; False when she had said so before."""
    with transaction.atomic():
        alert = _locked(alert_id)
        if alert.fallback_confirmed_at is not None:
            return False
        alert.fallback_confirmed_at = now
        alert.save(update_fields=["fallback_confirmed_at"])
        cases.note(alert, EventKind.FALLBACK_CONFIRMED, hand=cases.Hand("text"), now=now)
        return True


def _take_siblings(alert: Alert, by: Responder, hand: cases.Hand, *, now: datetime) -> None:
    """Who takes one red flag of a patient calls her about all of them."""
    others = Alert.objects.filter(subject=alert.subject, state__in=[AlertState.RAISED, AlertState.PAGED])
    for pk in others.exclude(pk=alert.pk).order_by("pk").values_list("pk", flat=True):
        # Held by another nurse at this moment: then she is taking it, and waiting for her could be for ever.
        sibling = cases.lock(pk, skip_locked=True)
        if sibling is not None and sibling.owner_id is None and sibling.is_open:
            cases.move(sibling, Accepted(by.pk), hand=hand, now=now)


def _step_of(alert: Alert, by: Responder) -> int:
    """The last step that paged her; one that never did skips nobody."""
    position = alert.pages.filter(responder=by).order_by("-pk").values_list("position", flat=True).first()
    return -2 if position is None else position


def _locked(alert_id: int) -> Alert:
    alert = cases.lock(alert_id)
    if alert is None:
        raise Alert.DoesNotExist(f"alert {alert_id} does not exist")
    return alert
