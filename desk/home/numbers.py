"""A manager's home: how long red flags wait, how many there are, where the rota has holes, and who did what of late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.admin.rota_week import span_words
from alerts.admin.words import TIERS, running
from alerts.domain.words import Tier
from alerts.models import Alert
from alerts.rota.duty import coverage
from desk.domain.figures import Times, times
from desk.home import charts
from desk.home.cards import Card
from patients.domain.profile import PatientStatus
from patients.models import Clinic, Patient
from staff.admin.history_words import Told, tell
from staff.scope import within
from staff.trace import Trace

#: How far back waiting times are looked at, and how far ahead the rota is.
LOOKS_BACK, LOOKS_AHEAD = timedelta(days=90), timedelta(days=14)
MOST_TRACES, MOST_GAPS = 8, 20


@dataclass(frozen=True, slots=True)
class TierTimes:
    """How long alerts of one tier waited; texts, empty where there was none."""

    words: str
    count: int
    accepted: Sequence[str]  # median, nine of ten, worst
    closed: Sequence[str]


def read(request: HttpRequest, clinics: Sequence[Clinic], *, now: datetime) -> dict[str, Any]:
    """Everything that the template shows."""
    rows = _recent(request.user, now)
    gaps = _gaps(clinics, now)
    return {
        "cards": _cards(request.user, len(rows), len(gaps)),
        "since": now - LOOKS_BACK,
        "tiers": _tiers(rows),
        "gaps": gaps[:MOST_GAPS],
        "traces": _traces(request.user),
        "charts": charts.read(clinics, now=now),
    }


def _recent(user: Any, now: datetime) -> list[tuple[str, datetime, datetime | None, datetime | None]]:
    """Tier and the three moments of each alert of the last ninety days."""
    real = Alert.objects.filter(is_canary=False, raised_at__gte=now - LOOKS_BACK)
    rows = within(real, user, "clinic").order_by()
    return list(rows.values_list("tier", "raised_at", "accepted_at", "closed_at"))


def _cards(user: Any, alerts: int, gaps: int) -> list[Card]:
    patients = within(Patient.objects.filter(status=PatientStatus.ACTIVE), user, "clinic").count()
    per_hundred = f"{100 * alerts / patients:.1f}" if patients else "–"
    flags = reverse("admin:alerts_alert_all") + "?raised=90"
    people = reverse("admin:patients_patient_changelist") + f"?status__exact={PatientStatus.ACTIVE.value}"
    return [
        Card(_("patients in treatment"), patients, people),
        Card(_("red flags in 90 days"), alerts, flags),
        Card(_("red flags per 100 patients"), per_hundred, flags),
        Card(_("gaps in the rota, next 14 days"), gaps, reverse("admin:alerts_rota_changelist"), presses=True),
    ]


def _tiers(rows: Sequence[tuple[str, datetime, datetime | None, datetime | None]]) -> list[TierTimes]:
    accepted: dict[str, list[timedelta]] = defaultdict(list)
    closed: dict[str, list[timedelta]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    for tier, raised, taken, over in rows:
        counts[tier] += 1
        if taken:
            accepted[tier].append(taken - raised)
        if over:
            closed[tier].append(over - raised)
    return [
        TierTimes(str(TIERS[tier]), counts[tier], _three(times(accepted[tier])), _three(times(closed[tier])))
        for tier in Tier
        if tier is not Tier.GREEN
    ]


def _three(found: Times | None) -> Sequence[str]:
    return [running(found.median), running(found.p90), running(found.worst)] if found else ["–", "–", "–"]


def _gaps(clinics: Sequence[Clinic], now: datetime) -> list[tuple[str, str, str]]:
    """Clinic, role and span of each hole, by the clinic's clock."""
    return [
        (str(clinic), str(week.rota.get_role_display()), span_words(gap.start, gap.end, clinic.zone))
        for clinic in clinics
        for week in coverage(clinic, now, now + LOOKS_AHEAD)
        for gap in week.gaps
    ]


def _traces(user: Any) -> list[tuple[Trace, Told, str]]:
    """The latest changes, and looks at patients with whom they were at."""
    rows: Any = within(Trace.objects.all(), user, "clinic").select_related("actor", "content_type")
    latest = list(rows.order_by("-id")[:MOST_TRACES])
    return [
        (trace, told, trace.object_repr if trace.action == Trace.Action.ACCESS else "")
        for trace, told in zip(latest, tell(latest), strict=True)
    ]
