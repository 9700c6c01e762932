"""What every page of the admin says of red flags: the banner of what is wrong, and the first page's figures."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts import alarms
from alerts.alarm_scope import own
from alerts.domain.words import OPEN_STATES
from alerts.models import Alert, NurseReview
from staff.scope import within

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


@register.simple_tag(takes_context=True)
def red_flag_cards(context: dict[str, Any]) -> list[tuple[str, int, str, bool]]:
    """The first figures of the day: words, figure, where it leads, and whether it presses."""
    request = context["request"]
    cards: list[tuple[str, int, str, bool]] = []
    if request.user.has_perm("alerts.view_alert"):
        alerts = within(Alert.objects.filter(is_canary=False, state__in=OPEN_STATES), request.user, "clinic")
        board = reverse("admin:alerts_alert_changelist")
        unowned = alerts.filter(owner__isnull=True).count()
        cards = [
            (_("open red flags"), alerts.count(), board, False),
            (_("with nobody yet"), unowned, board, unowned > 0),
        ]
    if request.user.has_perm("alerts.view_nursereview"):
        inbox = reverse("admin:alerts_nursereview_changelist") + "?state=open"
        waiting = within(NurseReview.objects.filter(done_at__isnull=True), request.user, "clinic").count()
        cards.append((_("texts in the nurse’s inbox"), waiting, inbox, False))
    return cards
