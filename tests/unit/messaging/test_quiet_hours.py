"""The next moment at which a person may be disturbed, over every zone, against a minute-by-minute search."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from messaging.domain.quiet_hours import Window, is_open, next_open

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
MINUTE = timedelta(minutes=1)
NEW_YORK = ZoneInfo("America/New_York")

clock_times = st.times().map(lambda t: t.replace(second=0, microsecond=0, tzinfo=None))
moments = st.integers(0, 20 * 365 * 24 * 3600).map(lambda s: datetime(2015, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
windows = st.builds(Window, clock_times, clock_times)


def shown(moment: datetime, zone: ZoneInfo) -> time:
    return moment.astimezone(zone).time()


def open_by_the_clock(window: Window, clock: time) -> bool:
    """Told apart from the code under test: the window as a set of minutes of the day."""
    opens, closes = (t.hour * 60 + t.minute for t in (window.opens, window.closes))
    minute = clock.hour * 60 + clock.minute
    return (minute - opens) % 1440 < ((closes - opens) % 1440 or 1440)


@given(moments, windows, st.sampled_from(ZONES))
@settings(max_examples=400, deadline=None)
def test_the_answer_is_open_and_never_earlier(at: datetime, window: Window, name: str) -> None:
    zone = ZoneInfo(name)
    answer = next_open(at, window, zone)
    assert answer >= at
    assert open_by_the_clock(window, shown(answer, zone))
    assert (answer == at) == open_by_the_clock(window, shown(at, zone))
    assert answer - at < timedelta(days=3)


@given(moments, windows, st.sampled_from(ZONES))
@settings(max_examples=60, deadline=None)
def test_no_earlier_minute_is_open(at: datetime, window: Window, name: str) -> None:
    at = at.replace(second=0, microsecond=0)
    zone = ZoneInfo(name)
    assert next_open(at, window, zone) == by_search(at, window, zone)


@given(
    st.sampled_from(["America/New_York", "Europe/Madrid", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"]),
    st.integers(-36 * 60, 36 * 60),
    windows,
    st.data(),
)
@settings(max_examples=150, deadline=None)
def test_no_earlier_minute_is_open_around_clock_changes(
    name: str, minutes: int, window: Window, data: st.DataObject
) -> None:
    zone = ZoneInfo(name)
    changes = clock_changes(zone)
    assume(changes)
    at = data.draw(st.sampled_from(changes)) + timedelta(minutes=minutes)
    assert next_open(at, window, zone) == by_search(at, window, zone)


def by_search(at: datetime, window: Window, zone: ZoneInfo) -> datetime:
    while not open_by_the_clock(window, shown(at, zone)):
        at += MINUTE
    return at


@cache
def clock_changes(zone: ZoneInfo) -> list[datetime]:
    """Days of 2009 to 2027 after which the offset from UTC is another one."""
    days = [datetime(2009, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(19 * 365)]
    return [a for a, b in pairwise(days) if a.astimezone(zone).utcoffset() != b.astimezone(zone).utcoffset()]


@pytest.mark.parametrize(
    ("local", "window", "expected"),
    [
        ("2026-11-23 07:59", "08:00-21:00", "2026-11-23 08:00"),
        ("2026-11-23 08:00", "08:00-21:00", "2026-11-23 08:00"),
        ("2026-11-23 21:00", "08:00-21:00", "2026-11-24 08:00"),
        ("2026-11-23 23:30", "22:00-06:00", "2026-11-23 23:30"),
        ("2026-11-23 06:00", "22:00-06:00", "2026-11-23 22:00"),
        ("2026-11-23 03:00", "09:00-09:00", "2026-11-23 03:00"),
        # In the night of 8 March 2026 the clocks of New York go from 02:00 to 03:00.
        ("2026-03-08 01:00", "02:30-21:00", "2026-03-08 03:00"),
        ("2026-03-08 01:00", "02:10-02:50", "2026-03-09 02:10"),
    ],
)
def test_examples_in_new_york(local: str, window: str, expected: str) -> None:
    opens, closes = (time.fromisoformat(part) for part in window.split("-"))
    at = datetime.fromisoformat(local).replace(tzinfo=NEW_YORK)
    answer = next_open(at, Window(opens, closes), NEW_YORK)
    assert answer.astimezone(NEW_YORK).replace(tzinfo=None) == datetime.fromisoformat(expected)
    assert answer.utcoffset() == timedelta(0)


def test_an_hour_that_comes_twice_is_read_off_the_clock_each_time() -> None:
    # 1 November 2026: 01:00 to 02:00 comes twice. Quiet from 01:30: open, quiet, open, quiet.
    window = Window(time(8), time(1, 30))
    first, second = (datetime(2026, 11, 1, 1, 15, tzinfo=NEW_YORK, fold=fold) for fold in (0, 1))
    between = datetime(2026, 11, 1, 1, 45, tzinfo=NEW_YORK, fold=0)
    assert is_open(first, window, NEW_YORK)
    assert is_open(second, window, NEW_YORK)
    again = datetime(2026, 11, 1, 1, 0, tzinfo=NEW_YORK, fold=1)
    assert next_open(between, window, NEW_YORK) == again.astimezone(UTC)


def test_an_opening_time_that_comes_twice_opens_twice() -> None:
    # Open for a quarter of an hour; missed in the first of the two hours, it comes again in the second.
    window = Window(time(1, 30), time(1, 45))
    missed = datetime(2026, 11, 1, 1, 50, tzinfo=NEW_YORK, fold=0).astimezone(UTC)
    again = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK, fold=1).astimezone(UTC)
    assert next_open(missed, window, NEW_YORK) == again


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        next_open(datetime(2026, 11, 23, 12), Window(time(8), time(21)), NEW_YORK)  # noqa: DTZ001
