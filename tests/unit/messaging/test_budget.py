"""How many routine texts a phone may get: never more than a day's and a week's, and the first day with room."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.budget import Allowance, left, next_day, next_moment
from messaging.domain.quiet_hours import Window

TODAY = date(2026, 6, 10)
NEW_YORK = ZoneInfo("America/New_York")
DEFAULT = Allowance(1, 3)


def ago(*days: int) -> list[date]:
    return [TODAY - timedelta(days=n) for n in days]


@pytest.mark.parametrize(
    ("had", "room"),
    [
        ([], 1),
        (ago(0), 0),
        (ago(1, 2), 1),
        (ago(1, 3, 6), 0),
        (ago(1, 3, 7), 1),
    ],
)
def test_it_counts_the_day_and_the_seven_days_that_end_with_it(had: list[date], room: int) -> None:
    assert left(had, TODAY, DEFAULT) == room


@pytest.mark.parametrize(("week", "rest"), [(3, 2), (2, 1), (1, 1), (0, 0)])
def test_what_gives_way_leaves_one_of_the_week_where_there_is_more_than_one(week: int, rest: int) -> None:
    assert Allowance(5, week).yielding() == Allowance(5, rest)


@given(
    wishes=st.lists(st.integers(0, 40), max_size=60),
    allowance=st.builds(Allowance, st.integers(0, 3), st.integers(0, 6)),
)
def test_whoever_asks_before_each_text_never_sends_more_in_any_day_or_week(
    wishes: list[int], allowance: Allowance
) -> None:
    had: list[date] = []
    for day in sorted(wishes):
        on = TODAY + timedelta(days=day)
        if left(had, on, allowance):
            had.append(on)
    for day in range(41):
        on = TODAY + timedelta(days=day)
        assert had.count(on) <= allowance.a_day
        assert sum(on <= each < on + timedelta(days=7) for each in had) <= allowance.a_week


@given(
    had=st.lists(st.integers(0, 6), max_size=8).map(lambda days: ago(*days)),
    allowance=st.builds(Allowance, st.integers(0, 3), st.integers(0, 6)),
)
def test_the_next_day_is_the_first_with_room(had: list[date], allowance: Allowance) -> None:
    day = next_day(had, TODAY, allowance)
    coming = [TODAY + timedelta(days=n) for n in range(1, 30)]
    assert day == next((on for on in coming if left(had, on, allowance)), None)


def test_it_leaves_when_the_hours_of_that_day_begin() -> None:
    now = datetime(2026, 6, 10, 20, tzinfo=UTC)
    window = Window(time(9, 30), time(18))
    moment = next_moment(ago(0), DEFAULT, now=now, window=window, zone=NEW_YORK)
    assert moment == datetime(2026, 6, 11, 9, 30, tzinfo=NEW_YORK)


def test_where_nothing_may_be_sent_there_is_no_such_moment() -> None:
    window = Window(time(8), time(21))
    assert next_moment([], Allowance(0, 3), now=datetime(2026, 6, 10, tzinfo=UTC), window=window, zone=NEW_YORK) is None
