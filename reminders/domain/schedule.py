"""When the visits of a course fall. Anchored on doses given: the next is counted from the last one given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from messaging.domain import wall_time
from reminders.domain.words import STANDING, VisitStatus

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
#: A course that is laid out further than this many visits has a bug in it, not a patient.
LONGEST_COURSE = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a schedule asks for. Days are calendar days in `zone`; `visits` None is open-ended."""

    first_on: date
    clock: time
    zone: ZoneInfo
    interval_days: int
    visits: int | None = None
    loading_days: tuple[int, ...] = ()
    early_days: int = 0
    late_days: int | None = 0
    minimum_gap_days: int = 1
    weekdays_only: bool = False

    def gap(self, number: int) -> int:
        """Calendar days between visit `number` - 1 and visit `number` (counted from 1)."""
        if 2 <= number <= len(self.loading_days):
            return self.loading_days[number - 1] - self.loading_days[number - 2]
        return self.interval_days

    def earliest(self, number: int, anchor: date) -> date:
        """The first day on which visit `number` may follow a dose on `anchor`."""
        gap = self.gap(number)
        return anchor + timedelta(days=max(gap - self.early_days, min(self.minimum_gap_days, gap)))

    def latest(self, number: int, anchor: date) -> date:
        """The last day of the window for visit `number` after a dose on `anchor`."""
        return anchor + timedelta(days=self.gap(number) + (self.late_days or 0))

    def expected(self, number: int, anchor: date) -> date:
        """The day on which visit `number` is due after a dose on `anchor`."""
        return self.on_open_day(anchor + timedelta(days=self.gap(number)))

    def on_open_day(self, day: date) -> date:
        """`day`, or the Monday after it where the course keeps to weekdays."""
        while self.weekdays_only and day.weekday() >= _SATURDAY:
            day += _ONE_DAY
        return day

    def late_until(self, day: date) -> datetime | None:
        """The instant (UTC) after which a visit of `day` is overdue; None where doses are not recorded."""
        if self.late_days is None:
            return None
        return wall_time.at(day + timedelta(days=self.late_days + 1), time(0), self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A visit that exists already. `pinned`: a person chose its time, when the dose before it was `pinned_after`."""

    number: int
    on: date
    clock: time
    status: VisitStatus
    given_on: date | None = None
    pinned: bool = False
    pinned_after: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Where a visit belongs. `unpinned`: the treatment's rules moved what a person had chosen."""

    number: int
    on: date
    clock: time
    at: datetime
    late_until: datetime | None
    pinned: bool = False
    unpinned: bool = False


def lay_out(course: Course, known: Iterable[Known], *, today: date, until: date) -> list[Slot]:
    """Every visit from the first to the last one due on or before `until` (days in the course's zone).

    The next upcoming visit is always there, however far off. A dose given anchors all that follow it;
    an unrecorded visit stands in for its dose on its planned day.
    """
    by_number = {visit.number: visit for visit in known}
    last_known = max(by_number, default=0)
    slots: list[Slot] = []
    anchor: date | None = None
    upcoming = False
    for number in _numbers(course):
        there = by_number.get(number)
        day, clock, unpinned = _place(course, number, anchor, there)
        if day > until and upcoming and number > last_known:
            break
        pinned = there is not None and there.pinned and not unpinned
        slots.append(
            Slot(
                number=number,
                on=day,
                clock=clock,
                at=wall_time.at(day, clock, course.zone),
                late_until=course.late_until(day),
                pinned=pinned,
                unpinned=unpinned,
            )
        )
        upcoming = upcoming or (day >= today and (there is None or there.status in STANDING))
        anchor = there.given_on if there is not None and there.given_on is not None else day
    return slots


def _numbers(course: Course) -> Iterator[int]:
    last = course.visits if course.visits is not None else LONGEST_COURSE
    return iter(range(1, min(last, LONGEST_COURSE) + 1))


def _place(course: Course, number: int, anchor: date | None, there: Known | None) -> tuple[date, time, bool]:
    """Day, clock, and whether a person's choice had to give way."""
    if there is not None and there.status not in STANDING:
        return there.on, there.clock, False
    expected = course.on_open_day(course.first_on) if anchor is None else course.expected(number, anchor)
    if there is None or not there.pinned:
        return expected, course.clock, False
    # The person saw this very dose when choosing, and may have had to book late: not for us to undo.
    if anchor is None or there.pinned_after == anchor:
        return there.on, there.clock, False
    if course.earliest(number, anchor) <= there.on <= course.latest(number, anchor):
        return there.on, there.clock, False
    return expected, course.clock, True
