"""Moments as nurses read them, by the clinic's clock: the time, and the day where it is not today's."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time

from messaging.domain import wall_time

#: Narrow no-break spaces in times would make every text dear.
_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})


def clock(at: datetime, *, zone: ZoneInfo, language: str, now: datetime) -> str:
    """`at` in `zone`: "2:05 AM", or "Nov 22, 2:05 AM" where that is another day than `now`."""
    local = at.astimezone(zone)
    said = format_time(local, "short", locale=language)
    if wall_time.local_date(at, zone) != wall_time.local_date(now, zone):
        said = f"{format_skeleton('MMMd', local, locale=language)}, {said}"
    return said.translate(_SPACES)
