"""How a rung's offset reads aloud."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reminders.domain.words import Anchor
from reminders.models import ReminderRule


def when_in_words(rule: ReminderRule) -> str:
    """`the day before at 09:00`, `3 days after it became overdue, at 10:00`."""
    words = str(rule.offset())
    if rule.offset_kind == "elapsed" and not rule.offset_minutes:
        words = _("at the time of the visit")
    if rule.anchor == Anchor.OVERDUE and rule.offset_days and rule.offset_days > 0:
        late = ngettext(
            "the day after it became overdue, at %(clock)s",
            "%(days)s days after it became overdue, at %(clock)s",
            rule.offset_days,
        )
        words = late % {"days": rule.offset_days, "clock": f"{rule.offset_time:%H:%M}"}
    if rule.first_visits:
        words += (
            _(", first visit only")
            if rule.first_visits == 1
            else _(", first %(first_visits)s visits") % {"first_visits": rule.first_visits}
        )
    return words
