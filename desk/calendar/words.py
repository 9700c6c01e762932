"""How visits on the calendar are told apart: words, a sign and a colour for each state."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk.domain.calendar import Look, Shape

#: State → words, icon, colour. The sign says it to those who see no colours.
LOOKS: dict[Look, tuple[str | Promise, str, str]] = {
    Look.UNCONFIRMED: (_("Unconfirmed"), "help", "warning"),
    Look.CONFIRMED: (_("Confirmed"), "check_circle", "ok"),
    Look.ASKS_TO_MOVE: (_("Asks to move"), "swap_horiz", "bad"),
    Look.OVERDUE: (_("Overdue"), "error", "bad"),
    Look.GIVEN: (_("Given"), "vaccines", "info"),
    Look.MISSED: (_("Missed"), "event_busy", "bad"),
    Look.ON_HOLD: (_("On hold"), "pause_circle", "gone"),
    Look.CANCELLED: (_("Cancelled"), "cancel", "gone"),
}
SHAPES: dict[Shape, str | Promise] = {
    Shape.MONTH: _("Month"),
    Shape.WEEK: _("Week"),
    Shape.DAY: _("Day"),
}
