"""When visits fall, told by examples: late and early doses, loading doses, weekends, chosen days, horizons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders.domain.schedule import Course, Known, lay_out
from reminders.domain.words import VisitStatus

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
