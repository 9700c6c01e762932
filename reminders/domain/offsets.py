"""How far from a visit a reminder is sent: elapsed time, or wall time. Two types, never one number.

"2 hours before" is elapsed time, counted in UTC. "The day before at 09:00" is wall time in the
patient's zone: across a clock change it is not a multiple of 24 hours away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from messaging.domain import wall_time
from staff.domain.tongue import gettext as _
from staff.domain.tongue import ngettext


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
        if minutes % 60 == 0:
            size = minutes // 60
            before = ngettext("%(count)s hour before", "%(count)s hours before", size)
            after = ngettext("%(count)s hour after", "%(count)s hours after", size)
        else:
            size = minutes
            before = ngettext("%(count)s minute before", "%(count)s minutes before", size)
            after = ngettext("%(count)s minute after", "%(count)s minutes after", size)
        return (before if self.is_before else after) % {"count": size}


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
        said = {"days": abs(self.days), "clock": f"{self.clock:%H:%M}"}
        if self.days == 0:
            return _("the same day at %(clock)s") % said
        if self.days < 0:
            words = ngettext("the day before at %(clock)s", "%(days)s days before at %(clock)s", abs(self.days))
        else:
            words = ngettext("the day after at %(clock)s", "%(days)s days after at %(clock)s", self.days)
        return words % said


Offset = Elapsed | WallTime
