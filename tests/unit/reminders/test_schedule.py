"""When visits fall, against an oracle that walks through the calendar one day at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.domain.schedule import Course, Known, Slot, lay_out
from reminders.domain.words import STANDING, VisitStatus

ZONES = ["America/New_York", "Europe/Madrid", "Pacific/Kiritimati", "Australia/Lord_Howe", "Africa/Cairo", "UTC"]
DAY = timedelta(days=1)
START = date(2026, 1, 5)  # a Monday
NEW_YORK = ZoneInfo("America/New_York")
Q4W = Course(
    first_on=START,
    clock=time(9, 30),
    zone=NEW_YORK,
    interval_days=28,
    visits=6,
    early_days=0,
    late_days=3,
    minimum_gap_days=21,
)
FAR = date(2031, 1, 1)

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


def laid_out(course: Course = Q4W, *known: Known, until: date = FAR) -> list[date]:
    return [slot.on for slot in lay_out(course, known, today=START, until=until)]


def after(*gaps: int) -> list[date]:
    day, answer = START, [START]
    for gap in gaps:
        day += gap * DAY
        answer.append(day)
    return answer


def visit(number: int, on: date, status: VisitStatus = VisitStatus.PLANNED, **more: object) -> Known:
    return replace(Known(number=number, on=on, clock=time(9, 30), status=status), **more)  # type: ignore[arg-type]


def test_every_four_weeks() -> None:
    assert laid_out() == after(28, 28, 28, 28, 28)


def test_a_dose_given_late_moves_all_that_follow() -> None:
    late = visit(1, START, VisitStatus.GIVEN, given_on=START + 9 * DAY)
    assert laid_out(Q4W, late) == after(37, 28, 28, 28, 28)


def test_a_dose_given_early_brings_the_next_ones_forward() -> None:
    first, second = (visit(n, START + 28 * (n - 1) * DAY, VisitStatus.GIVEN) for n in (1, 2))
    known = [replace(first, given_on=START), replace(second, given_on=START + 21 * DAY)]
    assert laid_out(Q4W, *known) == after(28, 21, 28, 28, 28)


def test_loading_doses_come_first_and_the_interval_counts_from_the_last_of_them() -> None:
    course = replace(Q4W, loading_days=(0, 7, 14, 28))
    assert laid_out(course) == after(7, 7, 14, 28, 28)


def test_a_loading_dose_given_late_keeps_the_gap_to_the_next() -> None:
    course = replace(Q4W, loading_days=(0, 7, 14, 28))
    late = [visit(1, START, VisitStatus.GIVEN, given_on=START), visit(2, START + 7 * DAY, VisitStatus.GIVEN)]
    late[1] = replace(late[1], given_on=START + 10 * DAY)
    assert laid_out(course, *late)[2] == START + 17 * DAY


def test_external_beam_skips_the_weekend() -> None:
    course = replace(Q4W, first_on=START + 3 * DAY, interval_days=1, visits=5, minimum_gap_days=1, weekdays_only=True)
    assert [f"{day:%a}" for day in laid_out(course)] == ["Thu", "Fri", "Mon", "Tue", "Wed"]


def test_a_first_day_on_a_saturday_waits_for_monday() -> None:
    course = replace(Q4W, first_on=START + 5 * DAY, visits=1, weekdays_only=True)
    assert laid_out(course) == [START + 7 * DAY]


@pytest.mark.parametrize("status", [VisitStatus.MISSED, VisitStatus.CANCELLED, VisitStatus.OVERDUE])
def test_without_a_dose_the_planned_day_stands_in_for_it(status: VisitStatus) -> None:
    assert laid_out(Q4W, visit(1, START, status)) == after(28, 28, 28, 28, 28)


class TestAChosenDay:
    """A visit that a person put elsewhere."""

    def test_it_stands_and_the_next_is_counted_from_it(self) -> None:
        chosen = visit(2, START + 30 * DAY, pinned=True, pinned_after=START)
        assert laid_out(Q4W, visit(1, START), chosen) == after(30, 28, 28, 28, 28)

    def test_however_late_it_stands_while_its_dose_stands(self) -> None:
        chosen = visit(2, START + 90 * DAY, pinned=True, pinned_after=START)
        assert laid_out(Q4W, visit(1, START), chosen)[1] == START + 90 * DAY

    def test_a_dose_given_later_overrules_what_became_too_soon(self) -> None:
        first = visit(1, START, VisitStatus.GIVEN, given_on=START + 12 * DAY)
        chosen = visit(2, START + 30 * DAY, pinned=True, pinned_after=START)
        slots = lay_out(Q4W, [first, chosen], today=START, until=FAR)
        assert slots[1].on == START + 40 * DAY
        assert slots[1].unpinned
        assert not slots[1].pinned

    def test_a_dose_given_later_leaves_what_still_keeps_the_window(self) -> None:
        first = visit(1, START, VisitStatus.GIVEN, given_on=START + DAY)
        chosen = visit(2, START + 30 * DAY, pinned=True, pinned_after=START)
        slots = lay_out(Q4W, [first, chosen], today=START, until=FAR)
        assert slots[1].on == START + 30 * DAY
        assert slots[1].pinned


class TestTheHorizon:
    """How far ahead visits exist."""

    def test_it_ends_with_the_last_visit_within(self) -> None:
        assert laid_out(Q4W, until=START + 60 * DAY) == after(28, 28)
        assert laid_out(Q4W, until=START + 56 * DAY) == after(28, 28)
        assert laid_out(Q4W, until=START + 55 * DAY) == after(28)

    def test_the_next_visit_is_there_however_far_off(self) -> None:
        course = replace(Q4W, interval_days=168)
        given_today = visit(1, START, VisitStatus.GIVEN, given_on=START)
        assert laid_out(course, given_today, until=START + 120 * DAY) == after(168)

    def test_an_open_end_is_laid_out_to_the_horizon_only(self) -> None:
        course = replace(Q4W, visits=None, interval_days=1, minimum_gap_days=1)
        assert len(laid_out(course, until=START + 120 * DAY)) == 121


@pytest.mark.parametrize(
    ("first_on", "clock", "at"),
    [
        (date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 7, tzinfo=UTC)),  # skipped: the first that exists
        (date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),  # twice: the first
    ],
)
def test_a_visit_on_the_night_of_a_clock_change(first_on: date, clock: time, at: datetime) -> None:
    course = replace(Q4W, first_on=first_on, clock=clock, visits=1)
    (slot,) = lay_out(course, [], today=first_on, until=first_on)
    assert slot.at == at


def test_visits_keep_their_clock_across_clock_changes() -> None:
    slots = lay_out(Q4W, [], today=START, until=FAR)
    assert {f"{slot.at.astimezone(NEW_YORK):%H:%M}" for slot in slots} == {"09:30"}
    assert len({slot.at.hour for slot in slots}) == 2
