"""Elapsed time is counted, wall time is read off the clock: over every zone, and over both clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.domain.offsets import Elapsed, WallTime

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
NEW_YORK = ZoneInfo("America/New_York")
NINE = time(9)

instants = st.integers(0, 30 * 365 * 24 * 60).map(lambda m: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(minutes=m))
zones = st.sampled_from(ZONES).map(ZoneInfo)
clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


def ny(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@given(instants, zones, st.integers(-100_000, 100_000))
@settings(max_examples=100, deadline=None)
def test_elapsed_time_is_that_many_minutes_whatever_clocks_do(at: datetime, zone: ZoneInfo, minutes: int) -> None:
    there = at.astimezone(zone)
    answer = Elapsed(timedelta(minutes=minutes)).apply(at, there.date(), zone)
    assert answer.timestamp() - at.timestamp() == minutes * 60


@given(instants, zones, st.integers(-30, 45), clocks)
@settings(max_examples=400, deadline=None)
def test_wall_time_is_what_the_clock_shows_on_that_day(at: datetime, zone: ZoneInfo, days: int, clock: time) -> None:
    day = at.astimezone(zone).date()
    answer = WallTime(days, clock).apply(at, day, zone)
    wanted = datetime.combine(date.fromordinal(day.toordinal() + days), clock)
    shown = answer.astimezone(zone).replace(tzinfo=None, fold=0)
    a_second_before = (answer - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None, fold=0)
    # Either clocks show it, or they jump over it at this very second.
    assert shown == wanted or a_second_before < wanted < shown


@pytest.mark.parametrize(
    ("visit", "day_before", "hours_apart"),
    [
        ("2026-03-08 09:00", "2026-03-07 09:00", 23),  # clocks go forward in between
        ("2026-11-01 09:00", "2026-10-31 09:00", 25),  # clocks go back in between
        ("2026-06-10 09:00", "2026-06-09 09:00", 24),
    ],
)
def test_the_day_before_at_nine_is_nine_on_the_wall(visit: str, day_before: str, hours_apart: int) -> None:
    at = ny(visit).astimezone(UTC)
    wall = WallTime(-1, NINE).apply(at, date.fromisoformat(visit[:10]), NEW_YORK)
    assert wall == ny(day_before)
    assert at - wall.astimezone(UTC) == timedelta(hours=hours_apart)


@pytest.mark.parametrize(
    ("visit", "clock_then"),
    [("2026-03-08 09:00", "08:00"), ("2026-11-01 09:00", "10:00"), ("2026-06-10 09:00", "09:00")],
)
def test_24_hours_before_is_24_hours_and_the_clock_shows_what_it_shows(visit: str, clock_then: str) -> None:
    at = ny(visit).astimezone(UTC)
    answer = Elapsed(timedelta(hours=-24)).apply(at, date.fromisoformat(visit[:10]), NEW_YORK)
    assert at - answer == timedelta(hours=24)
    assert f"{answer.astimezone(NEW_YORK):%H:%M}" == clock_then


def test_the_day_counts_and_not_the_instant() -> None:
    """Close to midnight the anchor's UTC day is another one than the patient's."""
    kiritimati = ZoneInfo("Pacific/Kiritimati")
    at = datetime(2026, 5, 3, 23, 30, tzinfo=UTC)  # 13:30 on 4 May there
    answer = WallTime(-1, NINE).apply(at, date(2026, 5, 4), kiritimati)
    assert answer == datetime(2026, 5, 3, 9, tzinfo=kiritimati)


@pytest.mark.parametrize(
    ("offset", "before", "words"),
    [
        (Elapsed(timedelta(hours=-2)), True, "2 hours before"),
        (Elapsed(timedelta(hours=-1)), True, "1 hour before"),
        (Elapsed(timedelta(minutes=-90)), True, "90 minutes before"),
        (Elapsed(timedelta(days=1)), False, "24 hours after"),
        (WallTime(-1, NINE), True, "the day before at 09:00"),
        (WallTime(-14, time(10, 30)), True, "14 days before at 10:30"),
        (WallTime(0, time(8)), True, "the same day at 08:00"),
        (WallTime(3, time(10)), False, "3 days after at 10:00"),
    ],
)
def test_they_say_which_side_they_are_on(offset: Elapsed | WallTime, before: bool, words: str) -> None:  # noqa: FBT001
    assert offset.is_before is before
    assert str(offset) == words
