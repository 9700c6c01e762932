"""Days and times as people say them, in the language of the message, by the moment it is really sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time

from messaging.domain import wall_time
from reminders.domain.languages import word

_NEAR = {0: "today", 1: "tomorrow", -1: "yesterday"}
#: Narrow no-break spaces in times force a text into UCS-2, at 70 characters instead of 160.
_SPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})


def day(at: datetime, *, now: datetime, zone: ZoneInfo, language: str) -> str:
    """The day of `at` as said at `now`: "today", "tomorrow", or "Tue, Nov 24" (both aware; read in `zone`)."""
    there = wall_time.local_date(at, zone)
    distance = (there - wall_time.local_date(now, zone)) // timedelta(days=1)
    relative = word(_NEAR[distance], language) if distance in _NEAR else ""
    return relative or _plain(format_skeleton("MMMEd", at.astimezone(zone), locale=language))


def clock(at: datetime, *, zone: ZoneInfo, language: str) -> str:
    """The time of `at` in `zone`: "9:00 AM", or "9:00" where the language counts to 24."""
    return _plain(format_time(at.astimezone(zone), "short", locale=language))


def full(at: datetime, *, zone: ZoneInfo, language: str) -> str:
    """Day and time of `at` in full, for a mail: "Tuesday, November 24, 2026 at 9:00 AM"."""
    local = at.astimezone(zone)
    joined = word("full", language) or "{day} – {time}"
    day_of, time_of = format_date(local, "full", locale=language), format_time(local, "short", locale=language)
    return _plain(joined.format(day=day_of, time=time_of))


def _plain(text: str) -> str:
    return text.translate(_SPACES)
