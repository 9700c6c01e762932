"""By when a text in the nurse's inbox must have been read."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from messaging.domain.quiet_hours import Window, next_open

#: Working hours until a text that nothing recognised has been read (docs/clinical-content.md, times).
READ_WITHIN = timedelta(hours=4)


def due_by(opened_at: datetime, window: Window, zone: ZoneInfo) -> datetime:
    """READ_WITHIN after `opened_at`, counted in the clinic's hours; a text of the night counts from the morning.

    What would be due after closing is due the next morning, as long after opening as was left.
    """
    start = next_open(opened_at, window, zone)
    due = start + READ_WITHIN
    opens = next_open(due, window, zone)
    if opens == due:
        return due
    # It closes in between: what is left of the four hours runs on in the morning.
    low, high = start, due
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if next_open(middle, window, zone) == middle else (low, middle)
    return opens + (due - high)
