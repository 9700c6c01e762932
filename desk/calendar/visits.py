"""What a calendar shows, read in few queries whatever the number of visits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, DateField, F, Q, QuerySet, When, Window
from django.db.models.functions import Cast, RowNumber, TruncDate

from desk.domain.calendar import Look, Span, look_of
from patients.domain.profile import ContactKind, PatientStatus
from patients.models import Clinic, ContactPoint
from reminders.domain.words import Route, ScheduleStatus, VisitStatus
from reminders.models import Schedule, Treatment, Visit

#: Rows of one day that a page names; the rest are a number and a link.
IN_MONTH, IN_WEEK, IN_DAY, ON_PAPER = 3, 25, 200, 1000
#: A month with more visits than this names none: its cells hold numbers.
NAMED = 400


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose visits, where, and of which treatment; what is taken at home every day only where it is asked for."""

    clinic: Clinic
    location: str = ""
    treatment: int | None = None
    tablets: bool = False

    def rows(self) -> QuerySet[Visit]:
        """The visits that it is about, of every day."""
        rows = Visit.objects.filter(schedule__patient__clinic=self.clinic)
        if self.location:
            rows = rows.filter(schedule__location=self.location)
        if self.treatment:
            rows = rows.filter(schedule__treatment=self.treatment)
        elif not self.tablets:
            rows = rows.exclude(schedule__treatment__route=Route.TABLET)
        return rows


@dataclass(frozen=True, slots=True)
class Entry:
    """One visit on the calendar."""

    visit: Visit
    look: Look
    at: datetime  # by the clinic's clock
    own: datetime | None  # by the patient's clock, where it shows another time

    # As text: a template would show both by the clock of whoever looks.
    @property
    def clock(self) -> str:
        """`09:30` by the clinic's clock."""
        return f"{self.at:%H:%M}"

    @property
    def own_clock(self) -> str:
        """`08:30` by the patient's, where it shows another time."""
        return f"{self.own:%H:%M}" if self.own else ""


@dataclass(slots=True)
class Day:
    """One day of the calendar."""

    on: date
    counts: Counter[Look] = field(default_factory=Counter)
    entries: list[Entry] = field(default_factory=list)
    holiday: str = ""

    @property
    def total(self) -> int:
        """All its visits but those that were cancelled."""
        return sum(count for look, count in self.counts.items() if look is not Look.CANCELLED)

    @property
    def more(self) -> int:
        """How many are not named."""
        return sum(self.counts.values()) - len(self.entries)


def counted(asked: Asked, span: Span) -> dict[date, Day]:
    """How many visits stand how on each day, by one query."""
    zone = asked.clinic.zone
    held = Q(schedule__status=ScheduleStatus.ON_HOLD) | Q(schedule__patient__status=PatientStatus.ON_HOLD)
    rows = (
        within(asked.rows(), span, zone)
        .annotate(
            day=Cast(TruncDate("at", tzinfo=zone), DateField()),
            confirmed=Q(confirmed_at__isnull=False),
            asks=Q(move_requested_at__isnull=False),
            held=held,
        )
        .order_by()
        .values_list("day", "status", "confirmed", "asks", "held")
        .annotate(Count("pk"))
    )
    days = {day: Day(day) for day in span.days()}
    for day, status, confirmed, asks, is_held, count in rows:
        days[day].counts[look_of(status, confirmed=confirmed, asked=asks, held=is_held)] += count
    return days


def named(asked: Asked, span: Span, days: Mapping[date, Day], *, most: int) -> None:
    """Put the first `most` visits of each day into `days`, by their times; cancelled ones last."""
    zone = asked.clinic.zone
    gone = Case(When(status=VisitStatus.CANCELLED, then=1), default=0)
    day = Cast(TruncDate("at", tzinfo=zone), DateField())
    place = Window(RowNumber(), partition_by=[day], order_by=[gone, F("at"), F("pk")])
    rows = within(asked.rows(), span, zone).annotate(place=place).filter(place__lte=most)
    for visit in rows.select_related("schedule__patient", "schedule__treatment").order_by("place"):
        entry = entry_of(visit, zone)
        days[entry.at.date()].entries.append(entry)


def entry_of(visit: Visit, zone: ZoneInfo) -> Entry:
    """A visit as clocks of the clinic show it; its schedule and patient are joined."""
    schedule = visit.schedule
    held = schedule.status == ScheduleStatus.ON_HOLD or schedule.patient.status == PatientStatus.ON_HOLD
    look = look_of(
        visit.status,
        confirmed=visit.confirmed_at is not None,
        asked=visit.move_requested_at is not None,
        held=held,
    )
    at, own = visit.at.astimezone(zone), visit.at.astimezone(schedule.patient.zone)
    return Entry(visit, look, at, own if own.utcoffset() != at.utcoffset() else None)


def within(rows: QuerySet[Visit], span: Span, zone: ZoneInfo) -> QuerySet[Visit]:
    """Those of the span's days, by clocks in `zone`."""
    begins = datetime.combine(span.first, time(), tzinfo=zone)
    ends = datetime.combine(span.last + timedelta(days=1), time(), tzinfo=zone)
    return rows.filter(at__gte=begins, at__lt=ends)


def places(clinic: Clinic) -> Sequence[str]:
    """The locations that stand in the clinic's schedules."""
    rows = Schedule.objects.filter(patient__clinic=clinic).exclude(location="")
    return list(rows.order_by("location").values_list("location", flat=True).distinct()[:200])


def treatments() -> Sequence[tuple[int, str]]:
    """The catalogue, by name."""
    return list(Treatment.objects.filter(is_active=True).order_by("name").values_list("pk", "name"))


def phones(patients: Sequence[int]) -> Mapping[int, str]:
    """The first phone in use of each patient, as it is dialled."""
    rows = ContactPoint.objects.filter(patient__in=list(patients), kind=ContactKind.PHONE, unusable_since__isnull=True)
    found: dict[int, str] = {}
    for patient, number in rows.order_by("position", "pk").values_list("patient_id", "address"):
        found.setdefault(patient, number)
    return found
