"""Questions to responders: asked once by key, with a code that means nothing else on her phone, answered by reply."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from alerts.codes import RESTS
from alerts.domain import codes
from alerts.domain import rota as pure
from alerts.domain.rota_words import Question
from alerts.models import Override, ReplyCode, Responder, Rota, RotaQuestion
from alerts.rota import texts
from messaging.domain.delivery import Urgency

_CHANCE = random.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question as its author hands it in. `lasts` is how long its answer is waited for."""

    key: str
    kind: Question
    person: Responder
    template: str
    values: Mapping[str, str]
    lasts: timedelta
    rota: Rota | None = None
    shift: pure.Shift | None = None
    outgoing: Responder | None = None
    override: Override | None = None
    due_at: datetime | None = None
    urgency: Urgency = Urgency.ORDINARY


def ask(what: Ask, *, now: datetime) -> RotaQuestion | None:
    """Write the question down and its text with it, once by its key. None: she has no phone, or was asked already."""
    person = what.person
    if not person.phone:
        return None
    due = what.due_at or now
    with transaction.atomic():
        # The row is locked, so that two who ask her at once do not draw the same code.
        Responder.objects.select_for_update().get(pk=person.pk)
        if RotaQuestion.objects.filter(key=what.key).exists():
            return None
        question = RotaQuestion.objects.create(
            key=what.key,
            kind=what.kind,
            responder=person,
            code=_code(person.phone, now=now),
            phone=person.phone,
            asked_at=due,
            expires_at=due + what.lasts,
            rota=what.rota,
            shift_starts_at=what.shift.start if what.shift else None,
            shift_ends_at=what.shift.end if what.shift else None,
            outgoing=what.outgoing,
            override=what.override,
        )
        question.message = texts.send(
            person,
            what.template,
            {**what.values, "code": question.code},
            key=f"rota:{what.key}",
            now=now,
            due_at=due,
            lasts=what.lasts,
            urgency=what.urgency,
        )
        question.save(update_fields=["message"])
    return question


def answered_by(responder: Responder, words: str, *, now: datetime) -> RotaQuestion | None:
    """The question of hers that `words` answer: open ones before those that she has answered already."""
    found = codes.find(words)
    if not found:
        return None
    asked = RotaQuestion.objects.filter(responder=responder, code__in=found, asked_at__gt=now - RESTS)
    questions = asked.select_related("rota__clinic", "responder__clinic", "override", "outgoing")
    return questions.order_by(F("answered_at").asc(nulls_first=True), "-asked_at").first()


def _code(phone: str, *, now: datetime) -> str:
    """One that has meant nothing else on this phone of late, neither an alert nor a question."""
    taken = set(ReplyCode.objects.filter(phone=phone).values_list("code", flat=True))
    taken |= set(RotaQuestion.objects.filter(phone=phone, asked_at__gt=now - RESTS).values_list("code", flat=True))
    while True:
        code = codes.make(_CHANCE)
        if code not in taken:
            return code
