"""What responders answer to the rota's questions, and what happens when one of them texts STOP."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from alerts import alarms
from alerts.domain.rota_words import Question
from alerts.models import Responder, Rota, RotaQuestion
from alerts.rota import handoff, texts
from alerts.rota.asking import Ask, answered_by, ask
from alerts.rota.duty import stints
from alerts.rota.loading import load
from alerts.rota.reach import Problem
from alerts.rota.reach import stopped as stopped_phones
from alerts.rota.substitution import replace, replaced_by
from messaging import consent
from messaging.domain.delivery import CONSENT_PURPOSES, Urgency
from messaging.models import ConsentEvent
from patients.models import ContactPoint

log = structlog.get_logger(__name__)

VERIFY_LASTS = timedelta(hours=24)
STOP_LOOKS_AHEAD = timedelta(hours=24)


def verify(responder: Responder, *, now: datetime) -> RotaQuestion | None:
    """Send a code to her number; her reply with it verifies the number. None: she has no phone."""
    question = Ask(
        key=f"verify:{responder.pk}:{now.isoformat()}",
        kind=Question.VERIFY,
        person=responder,
        template="rota_verify",
        values={"clinic": responder.clinic.short_name},
        lasts=VERIFY_LASTS,
        urgency=Urgency.URGENT,
    )
    return ask(question, now=now)


def answer(responder: Responder, words: str, now: datetime) -> bool:
    """Take a responder's reply. False: it carries no code of a question that the rota has asked her."""
    question = answered_by(responder, words, now=now)
    if question is None:
        return False
    if question.phone != responder.phone:
        # Her number was changed since: the answer proves nothing about the new one.
        return True
    with transaction.atomic():
        first = RotaQuestion.objects.filter(pk=question.pk, answered_at__isnull=True).update(answered_at=now)
        if first:
            _DEEDS[Question(question.kind)](question, now)
            log.info("rota_question_answered", question=question.pk, kind=question.kind)
    return True


def stopped(phone: str, now: datetime) -> bool:
    """A STOP has come from `phone`: shout at once, and put the next one on for what is near. False: nobody's phone."""
    person = Responder.objects.filter(phone=phone, is_active=True).select_related("clinic").first()
    if person is None:
        return False
    alarms.shout(stop_key(person), stop_words(person), now=now)
    for rota in Rota.objects.filter(clinic=person.clinic, checks_readiness=True).select_related("clinic"):
        for stint in stints(load(rota, now), now, now + STOP_LOOKS_AHEAD):
            if stint.person == person.pk:
                replace(rota, stint, person, Problem.STOPPED.words, since=max(stint.start, now), now=now)
    return True


def started(responder: Responder, now: datetime) -> None:
    """A START after a STOP: a code is sent, and her reply with it shows that texts reach her again."""
    if stopped_phones([responder.phone]):
        verify(responder, now=now)


def stop_key(person: Responder) -> str:
    """The alarm about her STOP."""
    return f"rota:stop:{person.pk}"


def stop_words(person: Responder) -> str:
    """What staff are told to do about it."""
    return (
        f"{person} has texted STOP: pages by text no longer reach her. Phone her: she texts START, "
        "then send a new code to verify her number."
    )


def _verified(question: RotaQuestion, now: datetime) -> None:
    person = question.responder
    Responder.objects.filter(pk=person.pk, phone=question.phone).update(phone_verified_at=now)
    _undo_stop(question, now)
    texts.send(person, "rota_verified", {}, key=f"rota:thanks:{question.pk}", now=now)


def _undo_stop(question: RotaQuestion, now: datetime) -> None:
    """A code that was sent after her STOP and came back proves that the carrier lets texts through again.

    Where a patient has the same phone, the STOP is the patient's word as well, and stands.
    """
    if ContactPoint.objects.filter(address=question.phone).exists():
        return
    latest = consent.latest([question.phone])
    for purpose in CONSENT_PURPOSES:
        event = latest.get((question.phone, purpose))
        if event is not None and not event.granted and event.recorded_at <= question.asked_at:
            consent.record(
                question.phone,
                purpose,
                granted=True,
                source=ConsentEvent.Source.TEXT,
                wording="A responder answered the code by which her number is verified.",
                now=now,
                by=f"question {question.pk}",
            )


def _is_ready(question: RotaQuestion, now: datetime) -> None:
    rota, start, end = question.rota, question.shift_starts_at, question.shift_ends_at
    if rota is None or start is None or end is None:
        return
    person = question.responder
    values = texts.shift_values(rota, start, end, person)
    instead = replaced_by(rota, person.pk, max(start, now))
    template = "rota_replaced" if instead else "rota_ready"
    name = instead.responder.name if instead else ""
    texts.send(person, template, values | {"name": name}, key=f"rota:thanks:{question.pk}", now=now)


def _takes_over(question: RotaQuestion, now: datetime) -> None:
    rota, start, end = question.rota, question.shift_starts_at, question.shift_ends_at
    alarms.settle(handoff.alarm_key(question), now=now)
    if rota is None or start is None or end is None:
        return
    values = texts.shift_values(rota, start, end, question.responder)
    texts.send(question.responder, "rota_taken_over", values, key=f"rota:thanks:{question.pk}", now=now)


def _agrees(question: RotaQuestion, now: datetime) -> None:
    swap = question.override
    if swap is None:
        return
    field = "agreed_at" if swap.responder_id == question.responder_id else "other_agreed_at"
    setattr(swap, field, now)
    swap.save(update_fields=[field])
    texts.send(question.responder, "rota_agreed", {}, key=f"rota:thanks:{question.pk}", now=now)


_DEEDS = {
    Question.VERIFY: _verified,
    Question.READY: _is_ready,
    Question.HANDOFF: _takes_over,
    Question.SWAP: _agrees,
}
