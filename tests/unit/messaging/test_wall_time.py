"""Wall time over every IANA zone and both kinds of clock change, against clocks that are simply watched.

Nothing here knows of folds. One oracle walks through UTC minute by minute and writes down what a clock
on the wall shows; the other tries every offset that the zone has in those days.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from messaging.domain import wall_time

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
AROUND, QUARTER_DAY, TWO_DAYS = timedelta(hours=2), timedelta(hours=6), timedelta(days=2)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def shown(instant: datetime, tz: ZoneInfo) -> datetime:
    """What a clock on the wall shows: day and time, and nothing about zones."""
    return instant.astimezone(tz).replace(tzinfo=None, fold=0)


@cache
def clock_changes(name: str, first: datetime = FIRST, step: timedelta = QUARTER_DAY) -> tuple[datetime, ...]:
    """Instants from `first` on that are followed, within `step`, by a change of the zone's clocks."""
    tz = ZoneInfo(name)
    steps = ((first + step * n) for n in range((LAST - first) // step))
    offsets = [(instant, instant.astimezone(tz).utcoffset()) for instant in steps]
    return tuple(instant for (instant, here), (_, there) in pairwise(offsets) if here != there)


def watched(tz: ZoneInfo, first: datetime, last: datetime) -> dict[datetime, datetime]:
    """Every minute that clocks show between the two instants, with the first instant at which they do."""
    seen: dict[datetime, datetime] = {}
    while first < last:
        seen.setdefault(shown(first, tz), first)
        first += MINUTE
    return seen


def instants_by_every_offset(wall: datetime, tz: ZoneInfo) -> list[datetime]:
    """Each instant at which clocks show `wall`, oldest first: every offset of the days around is tried."""
    naive_utc = wall.replace(tzinfo=UTC)
    around = (naive_utc + timedelta(hours=hours) for hours in range(-50, 51))
    offsets = {instant.astimezone(tz).utcoffset() for instant in around} - {None}
    tried = (naive_utc - offset for offset in offsets if offset is not None)
    return sorted(instant for instant in tried if shown(instant, tz) == wall)


def check_against_watching(tz: ZoneInfo, first: datetime, last: datetime) -> tuple[int, int]:
    """Hold code against watched clocks; answers how many minutes were skipped, and how many came twice."""
    seen = watched(tz, first, last)
    readings = list(seen)
    skipped = 0
    for wall, following in pairwise(readings):
        assert wall_time.exists(wall, tz), wall
        assert wall_time.resolve(wall, tz) == seen[wall], wall
        while (wall := wall + MINUTE) < following:
            skipped += 1
            assert not wall_time.exists(wall, tz), wall
            assert wall_time.resolve(wall, tz) == seen[following], wall
    return skipped, (last - first) // MINUTE - len(seen)


@pytest.mark.parametrize("letters", ["A", "BCDEFGHIJKLMNOPQRSTUVWXYZ"])
def test_every_change_of_every_zone_in_the_coming_two_years(letters: str) -> None:
    skipped = repeated = changes = 0
    for name in (name for name in ZONES if name[0] in letters):
        for about in clock_changes(name):
            gone, twice = check_against_watching(ZoneInfo(name), about - AROUND, about + QUARTER_DAY + AROUND)
            skipped, repeated, changes = skipped + gone, repeated + twice, changes + 1
    # The zones that change at all do so in both directions, most of them by an hour.
    assert changes > 100
    assert skipped > 50 * changes / 2 * 0.9
    assert repeated > 50 * changes / 2 * 0.9


def test_every_zone_can_be_asked_about_any_day() -> None:
    for name in ZONES:
        tz = wall_time.zone(name)
        for day in (date(1999, 12, 31), date(2026, 7, 1), date(2037, 2, 28)):
            instant = wall_time.at(day, time(9), tz)
            assert shown(instant, tz) == datetime.combine(day, time(9))
            assert wall_time.local_date(instant, tz) == day
            assert instant.utcoffset() == timedelta(0)


walls = st.datetimes(datetime(1970, 1, 3), datetime(2040, 1, 1)).map(lambda wall: wall.replace(microsecond=0))  # noqa: DTZ001


@given(walls, st.sampled_from(ZONES))
@settings(max_examples=300, deadline=None)
def test_any_wall_time_of_any_zone(wall: datetime, name: str) -> None:
    check_by_every_offset(wall, ZoneInfo(name))


@given(st.sampled_from(ZONES), st.data())
@settings(max_examples=200, deadline=None)
def test_any_second_around_any_change_since_1970(name: str, data: st.DataObject) -> None:
    tz = ZoneInfo(name)
    changes = clock_changes(name, LONG_AGO, TWO_DAYS)
    assume(changes)
    about = data.draw(st.sampled_from(changes))
    low, high = about, about + TWO_DAYS
    before = low.astimezone(tz).utcoffset()
    while high - low > SECOND:
        middle = low + (high - low) // 2 // SECOND * SECOND
        low, high = (middle, high) if middle.astimezone(tz).utcoffset() == before else (low, middle)
    edge = data.draw(st.sampled_from([shown(low, tz), shown(high, tz)]))
    wall = edge + timedelta(seconds=data.draw(st.integers(-4000, 4000)))
    check_by_every_offset(wall, tz)


def check_by_every_offset(wall: datetime, tz: ZoneInfo) -> None:
    instants = instants_by_every_offset(wall, tz)
    answer = wall_time.resolve(wall, tz)
    assert wall_time.exists(wall, tz) == bool(instants)
    if instants:
        assert answer == instants[0]
    else:
        assert shown(answer, tz) > wall
        assert shown(answer - SECOND, tz) < wall


@pytest.mark.parametrize(
    ("name", "wall", "expected"),
    [
        # Spring: the hour from 02:00 to 03:00 is missing.
        ("America/New_York", "2026-03-08 01:59", "2026-03-08 06:59"),
        ("America/New_York", "2026-03-08 02:00", "2026-03-08 07:00"),
        ("America/New_York", "2026-03-08 02:30", "2026-03-08 07:00"),
        ("America/New_York", "2026-03-08 03:00", "2026-03-08 07:00"),
        # Autumn: the hour from 01:00 to 02:00 comes twice, and the first counts.
        ("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30"),
        ("America/New_York", "2026-11-01 02:00", "2026-11-01 07:00"),
        # Half an hour on Lord Howe; two hours at Troll; midnight itself is missing in Cairo.
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30"),
        ("Antarctica/Troll", "2026-03-29 02:30", "2026-03-29 01:00"),
        ("Africa/Cairo", "2026-04-24 00:30", "2026-04-23 22:00"),
        # Ireland counts its winter as the exception; in Morocco clocks go back for Ramadan.
        ("Europe/Dublin", "2026-03-29 01:30", "2026-03-29 01:00"),
        ("Africa/Casablanca", "2026-03-22 02:30", "2026-03-22 02:00"),
        # Samoa went over the date line and had no 30 December 2011 at all.
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-30 10:00"),
    ],
)
def test_examples(name: str, wall: str, expected: str) -> None:
    answer = wall_time.resolve(datetime.fromisoformat(wall), ZoneInfo(name))
    assert answer == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_wall_time_with_a_zone_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="no zone of its own"):
        wall_time.resolve(datetime(2026, 1, 1, tzinfo=UTC), ZoneInfo("UTC"))


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "America", "new york"])
def test_an_unknown_zone_is_named(name: str) -> None:
    with pytest.raises(ValueError, match="unknown time zone") as refusal:
        wall_time.zone(name)
    assert repr(name) in str(refusal.value)
