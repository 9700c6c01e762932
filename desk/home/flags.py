"""A nurse's home: open red flags with their clocks, who is on call, whether they can be reached, the last canary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts import alarms, canary
from alerts.admin import board_rows
from alerts.admin.rota_board import duty_card
from alerts.admin.who import responder_of
from alerts.admin.words import TIERS
from alerts.alarm_scope import own
from alerts.domain.words import OPEN_STATES, Tier
from alerts.models import Alert, CanaryRun, NurseReview
from desk.home.cards import Card
from patients.models import Clinic
from staff.scope import within

#: Rows that a home names; the board has all.
MOST_FLAGS, MOST_CLINICS = 10, 6


def read(request: HttpRequest, clinics: Sequence[Clinic], *, now: datetime) -> dict[str, Any]:
    """Everything that the template shows."""
    user = request.user
    me = responder_of(request)
    open_flags = within(board_rows.open_alerts(), user, "clinic")
    shown = list(open_flags[:MOST_FLAGS])
    return {
        "cards": _cards(user),
        "flags": board_rows.rows(shown, me, now=now),
        "board": reverse("admin:alerts_alert_changelist"),
        "may_act": False,
        "duties": [(clinic, _duties(clinic, now)) for clinic in clinics[:MOST_CLINICS]],
        "alarms": own(alarms.standing(), user)[:5],
        "canary": _canary(now) if canary.is_on() else None,
    }


def _cards(user: Any) -> list[Card]:
    board = reverse("admin:alerts_alert_changelist")
    open_rows = within(Alert.objects.filter(state__in=OPEN_STATES, is_canary=False), user, "clinic")
    counts = dict(open_rows.order_by().values_list("tier").annotate(Count("pk")))
    found = [
        Card(_("open: %(tier)s") % {"tier": TIERS[tier]}, counts.get(tier.value, 0), board, presses=tier.pages)
        for tier in Tier
        if tier is not Tier.GREEN
    ]
    unowned = open_rows.filter(owner__isnull=True).count()
    found.append(Card(_("with nobody yet"), unowned, board, presses=True))
    if user.has_perm("alerts.view_nursereview"):
        waiting = within(NurseReview.objects.filter(done_at__isnull=True), user, "clinic").count()
        found.append(
            Card(
                _("texts in the nurse’s inbox"), waiting, reverse("admin:alerts_nursereview_changelist") + "?state=open"
            )
        )
    return found


def _duties(clinic: Clinic, now: datetime) -> list[dict[str, Any]]:
    return [duty_card(rota, now) for rota in clinic.rotas.select_related("clinic").order_by("role")]


def _canary(now: datetime) -> dict[str, Any]:
    """The latest test alert, and whether it is where it should be."""
    last = CanaryRun.objects.order_by("-started_at").first()
    return {"last": last, "missed": canary.missed(now), "failed": bool(last and last.failure)}
