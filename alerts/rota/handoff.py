"""Handing a shift over: the incoming one is told what is open and answers; until then the outgoing one stays on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from alerts import alarms, codes, rendering
from alerts.domain import rota as pure
from alerts.domain.rota_words import Question
from alerts.models import Alert, Responder, Rota, RotaQuestion
from alerts.rota import texts
from alerts.rota.asking import Ask, ask
from messaging.domain.delivery import Urgency

#: Written so long before the handover, so that at the handover itself it is known who stays.
AHEAD = timedelta(seconds=90)
#: More alerts than that are counted, not listed: two parts of a text hold no more.
LISTED = 4
_INSTANT = timedelta(microseconds=1)


def key_of(rota: Rota, person_id: int, start: datetime) -> str:
    """What makes it the same hand-off."""
    return f"handoff:{rota.pk}:{person_id}:{start.isoformat()}"


def hand_over(rota: Rota, plan: pure.Rota, stint: pure.Shift, person: Responder, *, now: datetime) -> bool:
    """Ask the incoming person to take over, once. False: there is nothing to ask, or it was asked already."""
    limit = timedelta(minutes=rota.handoff_minutes)
    # Long after the beginning nobody waits to be relieved: whoever is on call is known to be.
    if not limit or not stint.start - AHEAD <= now < stint.start + limit:
        return False
    key = key_of(rota, person.pk, stint.start)
    if RotaQuestion.objects.filter(key=key).exists():
        return False
    outgoing = _outgoing(plan, stint)
    question = Ask(
        key=key,
        kind=Question.HANDOFF,
        person=person,
        template="rota_handoff",
        values=_values(rota, stint, person, outgoing, now=now),
        lasts=limit,
        rota=rota,
        shift=stint,
        outgoing=outgoing,
        due_at=max(now, stint.start),
        urgency=Urgency.URGENT,
    )
    return ask(question, now=now) is not None


def shout_about_silence(*, now: datetime) -> int:
    """Shout about every hand-off that was not answered in time; answers how many are new."""
    silent = unanswered(now)
    for question in silent:
        alarms.shout(alarm_key(question), alarm_words(question), now=now)
    fresh = [question.pk for question in silent if question.told_at is None]
    return RotaQuestion.objects.filter(pk__in=fresh).update(told_at=now)


def unanswered(now: datetime) -> Sequence[RotaQuestion]:
    """Hand-offs past their limit, of shifts that are not over."""
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    is_open = RawSQL(
        "alerts_rotaquestion.kind = 'handoff' AND alerts_rotaquestion.answered_at IS NULL",
        [],
        output_field=BooleanField(),
    )
    waiting = RotaQuestion.objects.filter(is_open, expires_at__lte=now)
    return list(waiting.filter(shift_ends_at__gt=now).select_related("rota__clinic", "responder", "outgoing"))


def alarm_key(question: RotaQuestion) -> str:
    """The alarm about one silence."""
    return f"rota:handoff:{question.pk}"


def alarm_words(question: RotaQuestion) -> str:
    """What the coordinator is told."""
    role = texts.role_words(question.rota, "en") if question.rota else ""
    return (
        f"{question.responder} has not answered the hand-off as {role} and counts as on call: "
        "phone her, or put somebody on."
    )


def _outgoing(plan: pure.Rota, stint: pure.Shift) -> Responder | None:
    before = pure.on_call(plan, stint.start - _INSTANT)
    if before is None or before.person == stint.person:
        return None
    return Responder.objects.filter(pk=before.person, is_active=True).first()


def _values(
    rota: Rota, stint: pure.Shift, person: Responder, outgoing: Responder | None, *, now: datetime
) -> dict[str, str]:
    language = texts.language_of(person)
    alerts = texts.open_alerts(rota.clinic)
    stays = texts.STAYS.get(language, texts.STAYS["en"])
    return texts.shift_values(rota, stint.start, stint.end, person) | {
        "list": _listed(alerts, person, now=now),
        "outgoing": stays.format(name=outgoing.name) if outgoing else "",
    }


def _listed(alerts: Sequence[Alert], person: Responder, *, now: datetime) -> str:
    """Initials and codes, by which she can take them over at once."""
    names = [
        f"{codes.issue(alert, person, person.phone, now=now)} {rendering.initials(alert.patient)}"
        for alert in alerts[:LISTED]
    ]
    more = f", +{len(alerts) - LISTED}" if len(alerts) > LISTED else ""
    return f"({', '.join(names)}{more})" if names else ""
