"""How many routine texts a phone may get: so many a day, so many in any seven days, counted by calendar days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from messaging.domain import wall_time
from messaging.domain.quiet_hours import Window, next_open

_DAY = timedelta(days=1)
#: The week that ends with a day: that day and the six before it.
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one phone may get. Nothing at all where either is 0."""

    a_day: int
    a_week: int

    def yielding(self) -> Allowance:
        """What is left of it for texts that give way to others: the week's but one, where there is more than one."""
        return Allowance(self.a_day, max(min(self.a_week, 1), self.a_week - 1))


def left(had: Sequence[date], on: date, allowance: Allowance) -> int:
    """How many more a phone may get on the day `on` that had one on each of the days `had` (none of them later)."""
    today = sum(day == on for day in had)
    week = sum(on - WEEK < day <= on for day in had)
    return max(0, min(allowance.a_day - today, allowance.a_week - week))


def next_day(had: Sequence[date], after: date, allowance: Allowance) -> date | None:
    """The first day later than `after` on which there is room for one more; None: there never is."""
    days = (after + _DAY * ahead for ahead in range(1, WEEK.days + 1))
    return next((day for day in days if left(had, day, allowance)), None)


def next_moment(
    had: Sequence[date], allowance: Allowance, *, now: datetime, window: Window, zone: ZoneInfo
) -> datetime | None:
    """When it may leave that has no room today: the first moment of the patient's hours on the next day with room."""
    day = next_day(had, wall_time.local_date(now, zone), allowance)
    return None if day is None else next_open(wall_time.at(day, time(0), zone), window, zone)
