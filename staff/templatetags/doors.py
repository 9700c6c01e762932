"""The notice that a session is about to end, for every page of the admin."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from staff.doors.session import ends_at, last_hour

register = template.Library()


@register.inclusion_tag("admin/doors/session_end.html", takes_context=True)
def session_end(context: dict[str, Any]) -> dict[str, Any]:
    """Seconds until this session ends, and until it ends whatever happens; nothing for nobody."""
    request = context.get("request")
    if request is None or not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"left": None}
    now = timezone.now()
    left = int((ends_at(request, now=now) - now).total_seconds())
    return {"left": left, "whole": int((last_hour(request, now=now) - now).total_seconds())}
