"""Where a demo visit has to lie so that one of its reminders is due at a given moment, by day or by night.

Routine messages wait for daytime by the patient's own clock. A demo that is loaded at three in the
morning still has to show some, so these patients live where it is daytime then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reminders.domain.offsets import Elapsed, Offset, WallTime

#: In order of preference. Between them it is daytime somewhere at every moment of the year.
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Denver",
    "America/Puerto_Rico",
    "America/Anchorage",
    "Pacific/Honolulu",
    "Pacific/Guam",
    "Europe/Madrid",
    "Europe/London",
    "Asia/Manila",
    "Asia/Dubai",
)
#: Late enough for every rung of the morning to be due, early enough for the last text before nine at night.
_DAY = (time(10), time(18, 30))


@dataclass(frozen=True, slots=True)
class Slot:
    """A zone, and a visit's day and time by its clock."""

    zone: str
    on: date
    clock: time


def awake(now: datetime) -> list[str]:
    """The zones in which it is daytime at `now` (aware), the preferred ones first; never empty."""
    return [name for name in ZONES if _DAY[0] <= now.astimezone(ZoneInfo(name)).time() < _DAY[1]]


def slot(offset: Offset, *, zone: str, minutes: int, clock: time, now: datetime) -> Slot:
    """The visit for which `offset` falls due `minutes` after `now`, to the minute.

    For elapsed time exactly then; a wall time has struck today already, and `minutes` is for the
    caller to hold it back by.
    """
    local = now.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0)
    if isinstance(offset, Elapsed):
        # Through UTC: adding to local time would count wall-clock hours.
        visit = (now.replace(second=0, microsecond=0) + timedelta(minutes=minutes) - offset.delta).astimezone(
            local.tzinfo
        )
        return Slot(zone, visit.date(), visit.time())
    return Slot(zone, local.date() - timedelta(days=offset.days), clock)


def has_struck(offset: WallTime, *, zone: str, now: datetime) -> bool:
    """Whether the clock time of `offset` has come today in `zone`."""
    return now.astimezone(ZoneInfo(zone)).time() >= offset.clock
