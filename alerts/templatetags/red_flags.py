"""What every page of the admin says of red flags: the banner of what is wrong."""

from __future__ import annotations

from typing import Any

from django import template

from alerts import alarms
from alerts.alarm_scope import own

register = template.Library()

#: More than these are told by their number.
MOST = 3


@register.inclusion_tag("admin/alerts/alarms.html", takes_context=True)
def open_alarms(context: dict[str, Any]) -> dict[str, Any]:
    """The open alarms, for staff who are signed in."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_staff:
        return {"alarms": []}
    found = list(own(alarms.standing(), user))
    return {
        "alarms": found[:MOST],
        "more": len(found) - MOST if len(found) > MOST else 0,
        "may_view": user.has_perm("alerts.view_alarm"),
    }
