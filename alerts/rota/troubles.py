"""What is wrong with the rotas of the coming week, as alarms: shouted while it is so, settled when it is over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, product

from alerts import alarms
from alerts.domain import rota as pure
from alerts.domain.rota_words import Question, Why
from alerts.models import Alarm, Override, Responder, Rota, RotaQuestion, RotationMember
from alerts.rota import handoff, reach, substitution, texts
from alerts.rota.duty import Coverage, covered
from alerts.rota.keeping import silent_key
from alerts.rota.loading import load
from alerts.rota.readiness import stop_key, stop_words

LEAD = timedelta(days=7)
SOON = timedelta(hours=24)
PREFIX = "rota:"
#: More holes than that are counted, not listed.
LISTED = 3


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong; grave is what managers are paged about."""

    key: str
    words: str
    grave: bool


def check(*, now: datetime) -> int:
    """Shout about what is wrong and settle what is over; answers how much is wrong."""
    found = list(troubles(now))
    for trouble in found:
        alarms.shout(trouble.key, trouble.words, now=now, grave=trouble.grave)
    held = {trouble.key for trouble in found}
    for key in Alarm.objects.filter(key__startswith=PREFIX, closed_at__isnull=True).values_list("key", flat=True):
        if key not in held:
            alarms.settle(key, now=now)
    return len(found)


def troubles(now: datetime) -> Iterator[Trouble]:
    """What is wrong now or within the coming week."""
    for rota in Rota.objects.select_related("clinic"):
        week = covered(rota, now, now + LEAD)
        yield from _holes(week, now)
        yield from _doubles(week)
        if rota.checks_readiness:
            yield from _unready(week, now)
            yield from _silent(rota, now)
    yield from _stopped()
    for override in Override.objects.filter(
        kind=Why.READINESS, seen_at__isnull=True, withdrawn_at__isnull=True, ends_at__gt=now
    ).select_related("rota__clinic", "responder"):
        yield Trouble(substitution.alarm_key(override), substitution.alarm_words(override), grave=False)
    for question in handoff.unanswered(now):
        yield Trouble(handoff.alarm_key(question), handoff.alarm_words(question), grave=True)


def _holes(week: Coverage, now: datetime) -> Iterator[Trouble]:
    if not week.gaps:
        return
    rota = week.rota
    listed = "; ".join(_span(rota, gap.start, gap.end) for gap in week.gaps[:LISTED])
    more = f" and {len(week.gaps) - LISTED} more" if len(week.gaps) > LISTED else ""
    words = f"Nobody is on call as {texts.role_words(rota, 'en')} of {rota.clinic}: {listed}{more}."
    yield Trouble(f"rota:gaps:{rota.pk}", words, grave=week.gaps[0].start < now + SOON)


def _doubles(week: Coverage) -> Iterator[Trouble]:
    if not week.overlaps:
        return
    rota, first = week.rota, week.overlaps[0]
    names = Responder.objects.in_bulk(first.people)
    people = " and ".join(str(names[pk]) for pk in first.people)
    span = _span(rota, first.start, first.end)
    words = f"Two people may think that they are on call as {texts.role_words(rota, 'en')}: {people}, {span}."
    yield Trouble(f"rota:overlaps:{rota.pk}", words, grave=False)


def _unready(week: Coverage, now: datetime) -> Iterator[Trouble]:
    """People who will be on call within the week and could not be reached as things stand."""
    rota = week.rota
    first: dict[int, pure.Shift] = {}
    for shift in week.shifts:
        first.setdefault(shift.person, shift)
    people = list(Responder.objects.filter(pk__in=first))
    for pk, found in reach.problems(people).items():
        if not found:
            continue
        shift, person = first[pk], next(p for p in people if p.pk == pk)
        near = shift.start < now + SOON
        words = (
            f"{person} is on call as {texts.role_words(rota, 'en')} from {texts.moment(shift.start, rota.zone, 'en')} "
            f"and is not ready: {reach.in_words(found)}."
        )
        yield Trouble(f"rota:unready:{rota.pk}:{pk}", words, grave=near)


def _stopped() -> Iterator[Trouble]:
    """Also those who are not on call this week: somebody has to phone them before they are."""
    members = RotationMember.objects.filter(rotation__rota__checks_readiness=True)
    people = Responder.objects.filter(pk__in=members.values("responder"), is_active=True)
    for person in people.filter(phone__in=reach.stopped(people.values_list("phone", flat=True))):
        yield Trouble(stop_key(person), stop_words(person), grave=False)


def _silent(rota: Rota, now: datetime) -> Iterator[Trouble]:
    hour = now + timedelta(hours=1)
    asked = RotaQuestion.objects.filter(rota=rota, kind=Question.READY, answered_at__isnull=True)
    near = asked.filter(shift_starts_at__gt=now, shift_starts_at__lte=hour, asked_at__lt=now - timedelta(minutes=15))
    for question in near.select_related("responder"):
        if substitution.replaced_by(rota, question.responder_id, hour) is None:
            words = f"{question.responder} has not answered the test page before the shift within the hour."
            yield Trouble(silent_key(rota, question.responder_id), words, grave=False)


def twice(rotas: Sequence[Rota], now: datetime) -> Iterator[Trouble]:
    """People who are on call in two roles at once: a page that climbs from one to the other reaches nobody new."""
    held = [(rota, pure.shifts(load(rota, now), now, now + LEAD)) for rota in rotas]
    for (one, mine), (two, others) in combinations(held, 2):
        for shift, other in product(mine, others):
            if shift.person == other.person and shift.start < other.end and other.start < shift.end:
                person = Responder.objects.get(pk=shift.person)
                words = (
                    f"{person} is {texts.role_words(one, 'en')} and {texts.role_words(two, 'en')} at the same time, "
                    f"{_span(one, max(shift.start, other.start), min(shift.end, other.end))}."
                )
                yield Trouble(f"rota:twice:{one.pk}:{two.pk}", words, grave=False)
                break


def _span(rota: Rota, start: datetime, end: datetime) -> str:
    return f"{texts.moment(start, rota.zone, 'en')} until {texts.moment(end, rota.zone, 'en')}"
