"""What every page of the admin says of sending: that it is paused, by whom and why."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from messaging import guard
from messaging.models import SendingPause

register = template.Library()


@register.simple_tag
def standing_pause() -> SendingPause | None:
    """The pause that holds now."""
    return guard.paused(now=timezone.now())


@register.inclusion_tag("admin/messaging/pause_banner.html", takes_context=True)
def sending_pause(context: dict[str, Any]) -> dict[str, Any]:
    """The banner of the pause, for staff who are signed in."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_staff:
        return {"pause": None}
    return {"pause": guard.paused(now=timezone.now()), "may_view": user.has_perm("messaging.view_sendingpause")}
