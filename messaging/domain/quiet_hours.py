"""When a person may be disturbed: a daily window in wall time, and the next moment inside it.

What counts is what the person's clock shows. On the night of a clock change an hour may be missing
(a window that opens inside it opens with the first minute after it) or come twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)
#: A window may fall into a missing hour, but never on two days in a row.
_DAYS_AHEAD = 3


@dataclass(frozen=True, slots=True)
class Window:
    """From `opens` up to, not including, `closes`; it may run past midnight. Equal ends: always open."""

    opens: time
    closes: time

    def holds(self, clock: time) -> bool:
        """Whether the window is open when a clock shows `clock`."""
        if self.opens == self.closes:
            return True
        if self.opens < self.closes:
            return self.opens <= clock < self.closes
        return clock >= self.opens or clock < self.closes


def is_open(at: datetime, window: Window, zone: ZoneInfo) -> bool:
    """Whether `window` is open at the instant `at` for somebody who lives in `zone`."""
    return window.holds(at.astimezone(zone).time())


def next_open(at_utc: datetime, window: Window, zone: ZoneInfo) -> datetime:
    """The first instant, not before `at_utc`, at which `window` is open in `zone`; `at_utc` itself if it is."""
    if at_utc.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    at_utc = at_utc.astimezone(UTC)
    if is_open(at_utc, window, zone):
        return at_utc
    later = (moment for moment in _openings(at_utc, window, zone) if moment > at_utc and is_open(moment, window, zone))
    first = min(later)
    return _opened_by_clock_change(at_utc, first, window, zone) or first


def _openings(at: datetime, window: Window, zone: ZoneInfo) -> Iterator[datetime]:
    """Each instant of the coming days at which clocks show the opening time, or jump over it."""
    today = at.astimezone(zone).date()
    for ahead in range(-1, _DAYS_AHEAD + 1):
        wall = datetime.combine(today + timedelta(days=ahead), window.opens)
        for fold in (0, 1):
            yield wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _opened_by_clock_change(after: datetime, until: datetime, window: Window, zone: ZoneInfo) -> datetime | None:
    """The clock change between the two instants, if there is one and the window is open right after it."""
    offset = after.astimezone(zone).utcoffset()
    if until.astimezone(zone).utcoffset() == offset:
        return None
    before, change = after.replace(microsecond=0), until
    while change - before > _SECOND:
        middle = before + (change - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            change = middle
    return change if change > after and is_open(change, window, zone) else None
