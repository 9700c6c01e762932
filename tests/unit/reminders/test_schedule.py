"""When visits fall, against an oracle that walks through the calendar one day at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.domain.schedule import Course, Known, Slot, lay_out
from reminders.domain.words import STANDING, VisitStatus

ZONES = ["America/New_York", "Europe/Madrid", "Pacific/Kiritimati", "Australia/Lord_Howe", "Africa/Cairo", "UTC"]
DAY = timedelta(days=1)
START = date(2026, 1, 5)  # a Monday

days = st.integers(0, 400).map(lambda n: START + n * DAY)
loadings = st.sampled_from([(), (), (0, 7, 14, 28), (0, 14, 28), (0,), (0, 1)])


@st.composite
def courses(draw: st.DrawFn) -> Course:
    interval = draw(st.sampled_from([1, 2, 7, 21, 28, 42, 84]))
    return Course(
        first_on=draw(days),
        clock=draw(st.sampled_from([time(0), time(2, 30), time(9), time(23, 59)])),
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        interval_days=interval,
        visits=draw(st.sampled_from([1, 2, 6, 12, 40, None])),
        loading_days=draw(loadings),
        early_days=draw(st.integers(0, 7)),
        late_days=draw(st.sampled_from([None, 0, 3, 14])),
        minimum_gap_days=draw(st.integers(1, interval)),
        weekdays_only=draw(st.booleans()),
    )


@st.composite
def histories(draw: st.DrawFn, course: Course) -> list[Known]:
    """What may be stored of a course by now: some visits were given early or late, moved, missed, cancelled."""
    known: list[Known] = []
    day = course.first_on
    for number in range(1, draw(st.integers(0, min(course.visits or 8, 8))) + 1):
        day += draw(st.integers(0, 40)) * DAY
        status = draw(st.sampled_from(VisitStatus))
        given_on = day + draw(st.integers(-3, 20)) * DAY if status is VisitStatus.GIVEN else None
        pinned = draw(st.booleans())
        known.append(
            Known(
                number=number,
                on=day,
                clock=draw(st.sampled_from([course.clock, time(15, 45)])),
                status=status,
                given_on=given_on,
                pinned=pinned,
                pinned_after=draw(st.sampled_from([None, known[-1].given_on, known[-1].on]))
                if known and pinned
                else None,
            )
        )
    return known


@st.composite
def situations(draw: st.DrawFn) -> tuple[Course, list[Known], date, date]:
    course = draw(courses())
    today = draw(days)
    return course, draw(histories(course)), today, today + draw(st.integers(0, 150)) * DAY


def walk(course: Course, known: Sequence[Known]) -> Iterator[tuple[int, date, time, bool]]:
    """The oracle: number, day, clock, and whether a choice was overruled, found by crossing off days."""
    last_dose: date | None = None
    number = 0
    while course.visits is None or number < course.visits:
        number += 1
        there = next((visit for visit in known if visit.number == number), None)
        apart = course.interval_days
        if 1 < number <= len(course.loading_days):
            apart = course.loading_days[number - 1] - course.loading_days[number - 2]
        day = course.first_on
        if last_dose is not None:
            day = last_dose
            for _ in range(apart):
                day += DAY
        while course.weekdays_only and f"{day:%a}" in ("Sat", "Sun"):
            day += DAY
        clock, overruled = course.clock, False
        if there is not None and there.status not in (VisitStatus.PLANNED, VisitStatus.OVERDUE):
            day, clock = there.on, there.clock
        elif there is not None and there.pinned:
            if chosen_day_holds(course, there, last_dose, apart):
                day, clock = there.on, there.clock
            else:
                overruled = True
        yield number, day, clock, overruled
        last_dose = there.given_on if there is not None and there.given_on is not None else day


def chosen_day_holds(course: Course, there: Known, last_dose: date | None, apart: int) -> bool:
    if last_dose is None or there.pinned_after == last_dose:
        return True
    since = (there.on - last_dose).days
    too_soon = since < apart - course.early_days or since < min(course.minimum_gap_days, apart)
    too_late = since > apart + (course.late_days or 0)
    return not too_soon and not too_late


def expected_visits(
    course: Course, known: Sequence[Known], *, today: date, until: date
) -> list[tuple[int, date, time, bool]]:
    """Walk on until the horizon, all that is known, and the next visit to come have been passed."""
    found, have_next, last_known = [], False, max((visit.number for visit in known), default=0)
    statuses = {visit.number: visit.status for visit in known}
    for number, day, clock, overruled in walk(course, known):
        if day > until and have_next and number > last_known:
            break
        found.append((number, day, clock, overruled))
        have_next |= day >= today and statuses.get(number, VisitStatus.PLANNED) in STANDING
    return found


@given(situations())
@settings(max_examples=400, deadline=None)
def test_it_agrees_with_a_walk_through_the_calendar(situation: tuple[Course, list[Known], date, date]) -> None:
    course, known, today, until = situation
    slots = lay_out(course, known, today=today, until=until)
    expected = expected_visits(course, known, today=today, until=until)
    assert [(slot.number, slot.on, slot.clock, slot.unpinned) for slot in slots] == expected


def as_known(slots: Sequence[Slot], known: Sequence[Known]) -> list[Known]:
    """The rows as they stand once the slots are stored."""
    before = {visit.number: visit for visit in known}
    stored = []
    for slot in slots:
        there = before.get(slot.number)
        if there is None:
            there = Known(number=slot.number, on=slot.on, clock=slot.clock, status=VisitStatus.PLANNED)
        elif there.status in STANDING:
            there = replace(there, on=slot.on, clock=slot.clock, pinned=slot.pinned)
        stored.append(there)
    return stored


@given(situations())
@settings(max_examples=200, deadline=None)
def test_feeding_the_outcome_back_changes_nothing(situation: tuple[Course, list[Known], date, date]) -> None:
    course, known, today, until = situation
    slots = lay_out(course, known, today=today, until=until)
    again = lay_out(course, as_known(slots, known), today=today, until=until)
    assert [replace(slot, unpinned=False) for slot in slots] == again


@given(situations())
@settings(max_examples=300, deadline=None)
def test_what_holds_for_every_course(situation: tuple[Course, list[Known], date, date]) -> None:
    course, known, today, until = situation
    slots = lay_out(course, known, today=today, until=until)
    by_number = {visit.number: visit for visit in known}

    assert [slot.number for slot in slots] == list(range(1, len(slots) + 1))
    for slot in slots:
        check_instants(course, slot)
        there = by_number.get(slot.number)
        if there is not None and there.status not in STANDING:
            assert (slot.on, slot.clock) == (there.on, there.clock), "what is over does not move"
        elif course.weekdays_only and not slot.pinned:
            assert slot.on.isoweekday() <= 5
    for earlier, later in pairwise(slots):
        check_gap(course, earlier, later, by_number)
    more = course.visits is None or len(slots) < course.visits
    upcoming = [s for s in slots if s.on >= today and getattr(by_number.get(s.number), "status", "planned") in STANDING]
    assert upcoming or not more, "the next visit is always there"


def check_instants(course: Course, slot: Slot) -> None:
    shown = slot.at.astimezone(course.zone).replace(tzinfo=None, fold=0)
    assert shown >= datetime.combine(slot.on, slot.clock)
    assert shown - datetime.combine(slot.on, slot.clock) <= timedelta(hours=1)
    if course.late_days is None:
        assert slot.late_until is None
    else:
        assert slot.late_until is not None
        last_second = (slot.late_until - timedelta(seconds=1)).astimezone(course.zone)
        assert last_second.date() == slot.on + course.late_days * DAY
        assert slot.late_until.astimezone(course.zone).date() == slot.on + (course.late_days + 1) * DAY


def check_gap(course: Course, earlier: Slot, later: Slot, known: dict[int, Known]) -> None:
    """A standing visit keeps the interval, or (chosen by a person) the window; never less than the minimum gap."""
    there = known.get(later.number)
    if there is not None and there.status not in STANDING:
        return
    before = known.get(earlier.number)
    dose = before.given_on if before is not None and before.given_on is not None else earlier.on
    apart = (later.on - dose).days
    gap = course.gap(later.number)
    if not later.pinned:
        assert 0 <= apart - gap <= (2 if course.weekdays_only else 0)
    elif there is not None and there.pinned_after != dose:
        assert apart >= min(course.minimum_gap_days, gap)
        assert gap - course.early_days <= apart <= gap + (course.late_days or 0)
