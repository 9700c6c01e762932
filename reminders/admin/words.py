"""How a rung's offset reads aloud."""

from __future__ import annotations

from reminders.domain.words import Anchor
from reminders.models import ReminderRule


def when_in_words(rule: ReminderRule) -> str:
    """`the day before at 09:00`, `3 days after it became overdue, at 10:00`."""
    words = str(rule.offset())
    if rule.offset_kind == "elapsed" and not rule.offset_minutes:
        words = "at the time of the visit"
    if rule.anchor == Anchor.OVERDUE:
        words = words.replace(" after at", " after it became overdue, at")
    if rule.first_visits:
        words += ", first visit only" if rule.first_visits == 1 else f", first {rule.first_visits} visits"
    return words
