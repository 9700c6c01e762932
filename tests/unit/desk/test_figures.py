"""Middle and worst of waiting times; weeks; parts of a hundred."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from desk.domain.figures import Times, monday_of, percent, times

SPANS = st.lists(st.integers(0, 10_000).map(lambda n: timedelta(seconds=n)), min_size=1)


def test_of_ten_the_median_is_the_fifth_and_nine_of_ten_the_ninth() -> None:
    found = times(timedelta(minutes=n) for n in range(10, 0, -1))
    assert found == Times(10, timedelta(minutes=5), timedelta(minutes=9), timedelta(minutes=10))


def test_of_none_there_is_nothing_to_say() -> None:
    assert times([]) is None
    assert percent(0, 0) is None


@given(SPANS)
def test_what_is_said_was_measured_and_stands_in_order(spans: list[timedelta]) -> None:
    found = times(spans)
    assert found is not None
    assert {found.median, found.p90, found.worst} <= set(spans)
    assert found.median <= found.p90 <= found.worst
    assert sum(span <= found.median for span in spans) * 2 >= len(spans)
    assert sum(span <= found.p90 for span in spans) * 10 >= len(spans) * 9


@given(st.dates(min_value=date(1900, 1, 8)))
def test_a_week_begins_on_monday(day: date) -> None:
    assert monday_of(day).weekday() == 0
    assert timedelta() <= day - monday_of(day) < timedelta(days=7)


def test_a_part_of_a_hundred_has_one_place() -> None:
    assert percent(1, 3) == 33.3
