"""Which days a page of the calendar shows, and how a visit stands on it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.domain.calendar import FIRST_DAY, LAST_DAY, Look, Shape, look_of, span_of

DAYS = st.dates(FIRST_DAY + timedelta(days=40), LAST_DAY - timedelta(days=40))


class TestMonth:
    def test_it_shows_whole_weeks_from_monday_on(self) -> None:
        span = span_of(Shape.MONTH, date(2026, 11, 17))
        assert (span.first, span.last) == (date(2026, 10, 26), date(2026, 12, 6))
        assert [len(week) for week in span.weeks()] == [7] * 6

    def test_a_week_may_begin_on_sunday(self) -> None:
        span = span_of(Shape.MONTH, date(2026, 11, 17), week_starts=6)
        assert (span.first, span.last) == (date(2026, 11, 1), date(2026, 12, 5))

    def test_the_year_turns(self) -> None:
        december, january = span_of(Shape.MONTH, date(2026, 12, 31)), span_of(Shape.MONTH, date(2027, 1, 31))
        assert (december.after, january.before) == (date(2027, 1, 1), date(2026, 12, 1))

    def test_february_of_four_weeks_is_four_weeks(self) -> None:
        assert len(span_of(Shape.MONTH, date(2027, 2, 10)).weeks()) == 4

    def test_days_that_fill_its_weeks_are_told_apart(self) -> None:
        span = span_of(Shape.MONTH, date(2026, 11, 17))
        outside = [day for day in span.days() if span.is_outside(day)]
        assert outside == [date(2026, 10, day) for day in range(26, 32)] + [date(2026, 12, day) for day in range(1, 7)]

    @given(DAYS)
    def test_every_day_of_it_stands_once_and_its_neighbours_touch(self, day: date) -> None:
        span = span_of(Shape.MONTH, day)
        shown = [each for each in span.days() if not span.is_outside(each)]
        assert len(shown) == len(set(shown))
        assert (shown[0].day, (shown[-1] + timedelta(days=1)).day) == (1, 1)
        assert span_of(Shape.MONTH, span.after).before == day.replace(day=1)


class TestWeekAndDay:
    @given(DAYS)
    def test_a_week_holds_the_day_and_begins_on_monday(self, day: date) -> None:
        span = span_of(Shape.WEEK, day)
        assert span.first.weekday() == 0
        assert day in list(span.days())
        assert span_of(Shape.WEEK, span.after).first == span.first + timedelta(days=7)

    def test_a_day_is_a_day(self) -> None:
        span = span_of(Shape.DAY, date(2026, 12, 31))
        assert list(span.days()) == [date(2026, 12, 31)]
        assert (span.before, span.after) == (date(2026, 12, 30), date(2027, 1, 1))

    @pytest.mark.parametrize("odd", [date.min, date.max])
    def test_days_beyond_all_visits_are_the_nearest_that_can_be(self, odd: date) -> None:
        for shape in Shape:
            assert FIRST_DAY <= span_of(shape, odd).on <= LAST_DAY


@pytest.mark.parametrize(
    ("status", "confirmed", "asked", "held", "look"),
    [
        ("planned", False, False, False, Look.UNCONFIRMED),
        ("planned", True, False, False, Look.CONFIRMED),
        ("planned", True, True, False, Look.ASKS_TO_MOVE),
        ("planned", True, True, True, Look.ON_HOLD),
        ("overdue", True, False, False, Look.OVERDUE),
        ("overdue", False, False, True, Look.ON_HOLD),
        ("given", False, True, True, Look.GIVEN),
        ("missed", True, False, True, Look.MISSED),
        ("cancelled", True, True, True, Look.CANCELLED),
    ],
)
def test_how_a_visit_stands(status: str, confirmed: bool, asked: bool, held: bool, look: Look) -> None:  # noqa: FBT001
    assert look_of(status, confirmed=confirmed, asked=asked, held=held) is look


def test_nobody_is_expected_at_what_is_over() -> None:
    assert {look for look in Look if not look.stands} == {Look.GIVEN, Look.MISSED, Look.CANCELLED}
