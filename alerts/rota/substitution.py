"""Putting the next person on when somebody is not ready for a shift: an override with its reason, and all are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from alerts import alarms
from alerts.domain import rota as pure
from alerts.domain.rota_words import Question, Why
from alerts.models import Override, Responder, Rota
from alerts.rota import texts
from alerts.rota.asking import Ask, ask
from alerts.rota.loading import load
from alerts.rota.reach import problems

log = structlog.get_logger(__name__)

#: From here on the text that hands the shift over comes anyway; a second one would only confuse.
HANDOFF_COMES = timedelta(minutes=2)


def ready_key(rota: Rota, person_id: int, start: datetime) -> str:
    """What makes it the same question whether a page reaches somebody before a shift."""
    return f"ready:{rota.pk}:{person_id}:{start.isoformat()}"


def replace(
    rota: Rota, stint: pure.Shift, person: Responder, why: str, *, since: datetime, now: datetime
) -> Override | None:
    """Put the next ready person on from `since` to the end of the stint. None: it was done before, or nobody is ready.

    Done once for each stint: where a coordinator has taken it back, her word stands.
    """
    with transaction.atomic():
        Rota.objects.select_for_update().get(pk=rota.pk)
        if _was_done(rota, stint, person):
            return None
        following = _next(rota, stint, now=now)
        if following is None:
            _nobody(rota, stint, person, why, now=now)
            return None
        override = Override.objects.create(
            rota=rota,
            kind=Why.READINESS,
            responder=following,
            starts_at=since,
            ends_at=stint.end,
            other=person,
            reason=f"{person} is not ready: {why}"[:200],
            created_at=now,
        )
        _tell(override, stint, now=now)
    log.warning("rota_replaced", rota=rota.pk, override=override.pk, instead_of=person.pk)
    return override


def alarm_key(override: Override) -> str:
    """The alarm that asks the coordinator to look."""
    return f"rota:put_on:{override.pk}"


def alarm_words(override: Override) -> str:
    """What she is told."""
    rota = override.rota
    start = texts.moment(override.starts_at, rota.zone, "en")
    return (
        f"{override.reason}. {override.responder} was put on call as {texts.role_words(rota, 'en')} instead, "
        f"from {start}. Look at the rota of {rota.clinic} and confirm or change it."
    )


def replaced_by(rota: Rota, person_id: int, at: datetime) -> Override | None:
    """The substitution that keeps somebody off at a moment."""
    rows = Override.objects.filter(rota=rota, kind=Why.READINESS, other=person_id, withdrawn_at__isnull=True)
    return rows.filter(starts_at__lte=at, ends_at__gt=at).select_related("responder").last()


def _was_done(rota: Rota, stint: pure.Shift, person: Responder) -> bool:
    rows = Override.objects.filter(rota=rota, kind=Why.READINESS, other=person)
    return rows.filter(starts_at__lt=stint.end, ends_at__gt=stint.start).exists()


def _next(rota: Rota, stint: pure.Shift, *, now: datetime) -> Responder | None:
    order = pure.successors(load(rota, now), stint)
    found = Responder.objects.in_bulk(order)
    people: Sequence[Responder] = [found[pk] for pk in order if pk in found]
    wrong = problems(people)
    ready = [p for p in people if not wrong[p.pk] and not replaced_by(rota, p.pk, stint.start)]
    # Whoever is the backup at that time would be paged twice, and there would be no backup.
    busy = _elsewhere(rota, stint, now=now)
    return min(ready, key=lambda person: person.pk in busy, default=None)


def _elsewhere(rota: Rota, stint: pure.Shift, *, now: datetime) -> set[int]:
    """Who is on call in another role of the clinic when the stint begins."""
    others = Rota.objects.filter(clinic=rota.clinic_id).exclude(pk=rota.pk).select_related("clinic")
    held = (pure.on_call(load(other, now), stint.start) for other in others)
    return {shift.person for shift in held if shift}


def _nobody(rota: Rota, stint: pure.Shift, person: Responder, why: str, *, now: datetime) -> None:
    alarms.shout(
        f"rota:unready:{rota.pk}:{person.pk}",
        f"{person} is on call as {texts.role_words(rota, 'en')} from {texts.moment(stint.start, rota.zone, 'en')} "
        f"and is not ready ({why}). Nobody else of the rota is ready either: put somebody on.",
        now=now,
    )


def _tell(override: Override, stint: pure.Shift, *, now: datetime) -> None:
    rota, person, other = override.rota, override.responder, override.other
    alarms.shout(alarm_key(override), alarm_words(override), now=now, grave=False)
    if other is not None:
        values = texts.shift_values(rota, override.starts_at, override.ends_at, other) | {"name": person.name}
        texts.send(other, "rota_put_off", values, key=f"rota:put_off:{override.pk}", now=now)
    if override.starts_at <= now + HANDOFF_COMES:
        return
    values = texts.shift_values(rota, override.starts_at, override.ends_at, person)
    question = Ask(
        key=ready_key(rota, person.pk, override.starts_at),
        kind=Question.READY,
        person=person,
        template="rota_put_on",
        values=values | {"name": other.name if other else ""},
        lasts=override.ends_at - now,
        rota=rota,
        shift=stint,
    )
    ask(question, now=now)
