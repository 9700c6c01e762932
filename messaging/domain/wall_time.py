"""Wall-clock time in an IANA zone, and what becomes of times that a clock change skips or repeats.

A wall time that does not exist is moved forward to the first one that does (02:30 in a gap from 02:00
to 03:00 becomes 03:00). A wall time that occurs twice is the first of the two.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_SECOND = timedelta(seconds=1)


def zone(name: str) -> ZoneInfo:
    """The IANA zone called `name`; ValueError naming it when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}; use an IANA name such as America/New_York") from error


def exists(wall: datetime, tz: ZoneInfo) -> bool:
    """Whether clocks in `tz` ever showed the naive `wall`."""
    return _shown(_first(wall, tz), tz) == wall


def resolve(wall: datetime, tz: ZoneInfo) -> datetime:
    """The instant (UTC) at which clocks in `tz` show the naive `wall`, by the two rules above."""
    if wall.tzinfo is not None:
        raise ValueError("a wall time carries no zone of its own")
    instant = _first(wall, tz)
    return instant if _shown(instant, tz) == wall else _end_of_gap(wall, tz)


def at(day: date, clock: time, tz: ZoneInfo) -> datetime:
    """The instant (UTC) at which clocks in `tz` show `clock` on `day`."""
    return resolve(datetime.combine(day, clock), tz)


def local(instant: datetime, tz: ZoneInfo) -> datetime:
    """`instant` as clocks in `tz` show it (aware)."""
    return instant.astimezone(tz)


def local_date(instant: datetime, tz: ZoneInfo) -> date:
    """The calendar day in `tz` at `instant`."""
    return instant.astimezone(tz).date()


def _first(wall: datetime, tz: ZoneInfo) -> datetime:
    """The first instant that `wall` may stand for, if clocks in `tz` show it at all."""
    return wall.replace(tzinfo=tz, fold=0).astimezone(UTC)


def _shown(instant: datetime, tz: ZoneInfo) -> datetime:
    return instant.astimezone(tz).replace(tzinfo=None, fold=0)


@lru_cache(maxsize=4096)
def _end_of_gap(wall: datetime, tz: ZoneInfo) -> datetime:
    # In a gap, fold=1 reads with the later offset and lands before the change, fold=0 after it.
    whole = wall.replace(microsecond=0)
    before = whole.replace(tzinfo=tz, fold=1).astimezone(UTC)
    after = whole.replace(tzinfo=tz, fold=0).astimezone(UTC)
    offset = before.astimezone(tz).utcoffset()
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        if middle.astimezone(tz).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after
