"""Choosing the visits that an answer is about, among those that its number was asked about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from messaging.domain import wall_time
from messaging.domain.answer_hints import Hints
from messaging.domain.answers import Reading, Said
from patients.models import ContactPoint
from reminders import questions
from reminders.domain.replies import Asked, as_asked, fitting, lettered
from reminders.domain.words import STANDING
from reminders.models import Visit, VisitQuestion


@dataclass(slots=True)
class Chosen:
    """`visits`: meant for certain. `among`: one of these. `moved`: asked about, or spoken of, at a time it has not."""

    visits: list[Visit] = field(default_factory=list)
    among: list[Visit] = field(default_factory=list)
    moved: Visit | None = None
    confirmed: bool = False
    past: bool = False


def choose(reading: Reading, address: str, contacts: Iterable[ContactPoint], *, now: datetime) -> Chosen:
    """What a yes, or a wish for another time, is about."""
    asked = questions.of(address, now=now)
    confirms = reading.said is Said.CONFIRM
    # Who has confirmed may change her mind; who has asked for another time may come after all.
    candidates = asked.open if confirms else asked.open or asked.confirmed
    if candidates:
        return _among(reading, candidates, contacts, now=now)
    chosen = Chosen(confirmed=bool(asked.confirmed), past=bool(asked.past))
    if asked.moved:
        chosen.moved = asked.moved[0]
    elif reading.about.name_a_day and not asked.confirmed:
        chosen.visits = _named(reading, contacts, now=now)
    return chosen


def _among(reading: Reading, candidates: list[Visit], contacts: Iterable[ContactPoint], *, now: datetime) -> Chosen:
    if reading.every and not reading.about.name_a_day:
        return Chosen(visits=candidates)
    found = _fitting(candidates, reading.about, now=now)
    if len(found) == 1:
        return Chosen(visits=found)
    if found:
        return Chosen(among=found)
    if reading.said is not Said.CONFIRM:
        # She speaks of another day than we asked about: of another visit, or she is mistaken.
        named = _named(reading, contacts, now=now)
        return Chosen(visits=named) if named else Chosen(among=candidates if len(candidates) > 1 else [])
    if len(candidates) == 1:
        return Chosen(moved=candidates[0])
    return Chosen(among=candidates)


def of_question(question: VisitQuestion, *, now: datetime) -> dict[int, Visit]:
    """The visits of a question that still stand, at the time that it named."""
    times = dict(questions.asked_in(question))
    rows = Visit.objects.filter(pk__in=times, at__gt=now, status__in=STANDING)
    found = {visit.pk: visit for visit in rows.select_related("schedule__patient__clinic")}
    return {pk: visit for pk, visit in found.items() if visit.at == times[pk]}


def meant(reading: Reading, question: VisitQuestion, standing: dict[int, Visit], *, now: datetime) -> list[Visit]:
    """Which visits of `question` an answer to it names: by letter, by day or time, or all of them."""
    ids = [pk for pk, _ in questions.asked_in(question)]
    visits = [standing[pk] for pk in ids if pk in standing]
    if reading.letter is not None:
        pk = lettered(ids, reading.letter)
        return [standing[pk]] if pk in standing else []
    if reading.every:
        return visits
    named = reading.about | reading.wanted
    if reading.said in (Said.MOVE, Said.CANCEL) or not (named.name_a_day or named.clocks):
        return []
    found = _fitting(visits, named, now=now)
    return found if len(found) == 1 else []


def _named(reading: Reading, contacts: Iterable[ContactPoint], *, now: datetime) -> list[Visit]:
    """The one visit to come that has the day named, asked about or not; none where two have, or the patient is away."""
    if not reading.about.name_a_day:
        return []
    ahead = questions.upcoming({one.patient_id for one in contacts if one.patient.is_active}, now=now)
    found = _fitting(ahead, reading.about, now=now)
    return found if len(found) == 1 else []


def _fitting(visits: Sequence[Visit], hints: Hints, *, now: datetime) -> list[Visit]:
    found = []
    for zone in {visit.schedule.patient.zone for visit in visits}:
        asked = [_as_asked(visit) for visit in visits if visit.schedule.patient.zone == zone]
        found += [one.pk for one in fitting(asked, hints, today=wall_time.local_date(now, zone))]
    return [visit for visit in visits if visit.pk in found]


def _as_asked(visit: Visit) -> Asked:
    return as_asked(visit.pk, visit.at.astimezone(visit.schedule.patient.zone))
