"""How a rung's offset reads aloud."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reminders.domain.words import Anchor
from reminders.models import ReminderRule


def when_in_words(rule: ReminderRule) -> str:
    """`the day before at 09:00`, `3 days after it became overdue, at 10:00`."""
    words = str(rule.offset())
    if rule.offset_kind == "elapsed" and not rule.offset_minutes:
        words = _("at the time of the visit")
    if rule.anchor == Anchor.OVERDUE:
        words = words.replace(" after at", " after it became overdue, at")
    if rule.first_visits:
        words += (
            _(", first visit only")
            if rule.first_visits == 1
            else _(", first %(first_visits)s visits") % {"first_visits": rule.first_visits}
        )
    return words
