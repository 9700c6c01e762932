"""How far from a visit a reminder is sent: elapsed time, or wall time. Two types, never one number.

"2 hours before" is elapsed time, counted in UTC. "The day before at 09:00" is wall time in the
patient's zone: across a clock change it is not a multiple of 24 hours away.
"""

from __future__ import annotations
from staff.domain.tongue import gettext as _

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from messaging.domain import wall_time


@dataclass(frozen=True, slots=True)
class Elapsed:
    """A span from the anchor's instant; negative is before it."""

    delta: timedelta

    def apply(self, anchor: datetime, anchor_day: date, zone: ZoneInfo) -> datetime:
        """The instant (UTC) that lies `delta` after `anchor` (aware)."""
        return anchor + self.delta

    @property
    def is_before(self) -> bool:
        """Whether it falls before the anchor."""
        return self.delta < timedelta(0)

    def __str__(self) -> str:
        minutes = abs(int(self.delta.total_seconds())) // 60
        size, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
        return f"{size} {unit}{'' if size == 1 else 's'} {'before' if self.is_before else 'after'}"


@dataclass(frozen=True, slots=True)
class WallTime:
    """A clock time, `days` calendar days from the anchor's day (negative is before it)."""

    days: int
    clock: time

    def apply(self, anchor: datetime, anchor_day: date, zone: ZoneInfo) -> datetime:
        """The instant (UTC) at which clocks in `zone` show `clock` that many days from `anchor_day`."""
        return wall_time.at(anchor_day + timedelta(days=self.days), self.clock, zone)

    @property
    def is_before(self) -> bool:
        """Whether it falls on a day before the anchor's, or on the day itself."""
        return self.days <= 0

    def __str__(self) -> str:
        if self.days == 0:
            return _("the same day at %(clock)s") % {"clock": f"{self.clock:%H:%M}"}
        size = abs(self.days)
        side = "before" if self.days < 0 else "after"
        span = _("the day") if size == 1 else _("%(size)s days") % {"size": size}
        return _("%(span)s %(side)s at %(clock)s") % {"span": span, "side": side, "clock": f"{self.clock:%H:%M}"}


Offset = Elapsed | WallTime
