"""The queue on one page: what is due, in flight, in doubt and ended badly, each with why."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from messaging import queue, scope
from messaging.domain.delivery import Status, Urgency
from messaging.queue import InLine, Queue

#: Rows of each table.
MOST = 50


def queue_page(request: HttpRequest) -> HttpResponse:
    """One look at the outbox."""
    if not request.user.has_perm("messaging.view_message"):
        raise PermissionDenied
    now = timezone.now()
    mine, owners = scope.messages(request.user), scope.owners(request.user)
    seen = queue.look(now=now, only=mine, owners=owners)
    names: dict[str, str] = import_string(settings.LANE_OWNERS)()
    doubts = queue.in_doubt().filter(mine)
    context = {
        **admin.site.each_context(request),
        "title": _("Queue"),
        "at": now,
        "sums": [_sum(seen, urgency, now) for urgency in Urgency],
        "held": seen.held,
        "lines": [_line(line, names, now) for line in sorted(seen.lines, key=lambda line: line.oldest_due)],
        "doubts": doubts[:MOST],
        "more_doubts": max(sum(seen.in_doubt.values()) - MOST, 0),
        "bad": [
            {"status": Status(status).value.replace("_", " "), "code": code, "reason": reason, "count": count}
            for status, code, reason, count in queue.reasons(queue.ended_badly(now=now).filter(mine))[:MOST]
        ],
    }
    return TemplateResponse(request, "admin/messaging/queue.html", context)


def _sum(seen: Queue, urgency: Urgency, now: datetime) -> dict[str, Any]:
    oldest = seen.oldest_due(urgency)
    return {
        "urgency": urgency.value,
        "due": seen.due(urgency),
        "late": span_in_words((now - oldest).total_seconds()) if oldest else "",
        "in_flight": seen.in_flight[urgency],
        "in_doubt": seen.in_doubt[urgency],
    }


def _line(line: InLine, names: dict[str, str], now: datetime) -> dict[str, Any]:
    lane = line.lane
    return {
        "urgency": line.urgency.value,
        "way": lane.channel.value if lane else "any",
        "sender": (lane.sender if lane else "") or _("the usual one"),
        "kind": "" if lane is None else "routine" if lane.routine else _("pages and answers"),
        "owner": names.get(lane.owner, "") if lane else "",
        "due": _("%(most)s or more") % {"most": f"{queue.MOST:,}"} if line.due >= queue.MOST else f"{line.due:,}",
        "late": span_in_words(line.age(now).total_seconds()),
        "why": line.stopped or _("its turn comes"),
        "stopped": bool(line.stopped),
    }


def span_in_words(seconds: float) -> str:
    """How long, as one looks at a queue: seconds, minutes, then hours."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return _("%(seconds)s min") % {"seconds": f"{seconds / 60:.0f}"} if seconds < 7200 else f"{seconds / 3600:.0f} h"
