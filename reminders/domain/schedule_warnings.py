"""What somebody should know of a course before it is saved: holidays, gaps, the dentist, doses, ways to the patient.

None of it forbids anything: what the domain does not allow is refused at the field (`reminders.validation`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from messaging.domain import wall_time

_SATURDAY = 5


class Topic(StrEnum):
    """What a warning is about, in the order in which it is told."""

    PATIENT_AWAY = "patient_away"
    SCHEDULE_AWAY = "schedule_away"
    NO_CONTACT = "no_contact"
    CONTACT_UNUSABLE = "contact_unusable"
    NO_CONSENT = "no_consent"
    GAP = "gap"
    MAXIMUM = "maximum"
    DENTAL_MISSING = "dental_missing"
    DENTAL_OLD = "dental_old"
    CLOCKS = "clocks"
    HOLIDAY = "holiday"
    WEEKEND = "weekend"
    SAME_DAY = "same_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A visit of the course that is still to come: its day and time as chosen, by the patient's clock."""

    number: int
    wall: datetime  # naive: as chosen

    @property
    def on(self) -> date:
        """Its day."""
        return self.wall.date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """A dose of another course of the patient, given or to come. `gap_days`: what has to lie before it."""

    on: date
    name: str
    given: bool
    akin: bool  # of the same drug class, or the same treatment
    gap_days: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the warnings rest on; days are the patient's."""

    visits: Sequence[Planned]
    zone: ZoneInfo
    attended: bool = True  # False: taken at home, on any day
    gap_days: int = 1
    holidays: Mapping[date, str]
    others: Sequence[Dose] = ()
    maximum: int | None = None
    given: int = 0  # doses of the same treatment, in whichever course
    dentist: bool = False  # whether the treatment calls for a dental check first
    dental_on: date | None = None
    dental_days: int | None = None  # so long a check counts
    patient_away: str = ""
    schedule_away: str = ""
    unreachable: Topic | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning:
    """One rule, the days that it is about, and what it is said with."""

    topic: Topic
    days: tuple[date, ...] = ()
    name: str = ""  # a holiday, another course, a status
    other: date | None = None  # the day of the other dose, of the dental check
    number: int = 0  # days of the gap, doses of the maximum
    wall: datetime | None = None  # what clocks will show instead


def warnings(facts: Facts) -> list[Warning]:
    """Everything to be told, the gravest first; what is the same of several days is told once."""
    found = [
        *_of_the_person(facts),
        *_gaps(facts),
        *_maximum(facts),
        *_dentist(facts),
        *_clocks(facts),
        *_closed_days(facts),
        *_same_day(facts),
    ]
    order = list(Topic)
    return sorted(found, key=lambda each: (order.index(each.topic), each.days))


def _of_the_person(facts: Facts) -> Iterator[Warning]:
    if facts.patient_away:
        yield Warning(topic=Topic.PATIENT_AWAY, name=facts.patient_away)
    if facts.schedule_away:
        yield Warning(topic=Topic.SCHEDULE_AWAY, name=facts.schedule_away)
    if facts.unreachable is not None:
        yield Warning(topic=facts.unreachable)


def _gaps(facts: Facts) -> Iterator[Warning]:
    """For each visit the nearest dose of its kind on either side, where it is too near."""
    akin = [dose for dose in facts.others if dose.akin]
    for visit in facts.visits:
        before = max((dose for dose in akin if dose.on <= visit.on), key=_day, default=None)
        after = min((dose for dose in akin if dose.on > visit.on), key=_day, default=None)
        if before is not None and (visit.on - before.on).days < facts.gap_days:
            yield _gap(visit, before, facts.gap_days)
        if after is not None and (after.on - visit.on).days < after.gap_days:
            yield _gap(visit, after, after.gap_days)


def _gap(visit: Planned, dose: Dose, days: int) -> Warning:
    return Warning(topic=Topic.GAP, days=(visit.on,), name=dose.name, other=dose.on, number=days)


def _day(dose: Dose) -> date:
    return dose.on


def _maximum(facts: Facts) -> Iterator[Warning]:
    """The visits that come after the last dose that is allowed."""
    if facts.maximum is None:
        return
    left = max(facts.maximum - facts.given, 0)
    beyond = tuple(visit.on for visit in facts.visits[left:])
    if beyond:
        yield Warning(topic=Topic.MAXIMUM, days=beyond, number=facts.maximum)


def _dentist(facts: Facts) -> Iterator[Warning]:
    if not facts.dentist or not facts.visits:
        return
    first = facts.visits[0].on
    if facts.dental_on is None:
        yield Warning(topic=Topic.DENTAL_MISSING, days=(first,))
    elif facts.dental_days is not None and (first - facts.dental_on).days > facts.dental_days:
        yield Warning(topic=Topic.DENTAL_OLD, days=(first,), other=facts.dental_on, number=facts.dental_days)


def _clocks(facts: Facts) -> Iterator[Warning]:
    """Times that clocks skip: the visit is at the first time after them."""
    for visit in facts.visits:
        if not wall_time.exists(visit.wall, facts.zone):
            shown = wall_time.resolve(visit.wall, facts.zone).astimezone(facts.zone)
            yield Warning(topic=Topic.CLOCKS, days=(visit.on,), wall=shown)


def _closed_days(facts: Facts) -> Iterator[Warning]:
    if not facts.attended:
        return
    by_name: dict[str, list[date]] = {}
    for on in _days(facts.visits):
        if on in facts.holidays:
            by_name.setdefault(facts.holidays[on], []).append(on)
    yield from (Warning(topic=Topic.HOLIDAY, days=tuple(days), name=name) for name, days in by_name.items())
    weekend = tuple(on for on in _days(facts.visits) if on.weekday() >= _SATURDAY)
    if weekend:
        yield Warning(topic=Topic.WEEKEND, days=weekend)


def _same_day(facts: Facts) -> Iterator[Warning]:
    """Days on which the patient comes for something else as well."""
    days = set(_days(facts.visits)) if facts.attended else set()
    by_name: dict[str, set[date]] = {}
    for dose in facts.others:
        if not dose.given and dose.on in days:
            by_name.setdefault(dose.name, set()).add(dose.on)
    yield from (Warning(topic=Topic.SAME_DAY, days=tuple(sorted(on)), name=name) for name, on in by_name.items())


def _days(visits: Iterable[Planned]) -> list[date]:
    return [visit.on for visit in visits]
