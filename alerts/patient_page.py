"""What red flags put on a patient's page: her alerts, and the warnings that she will receive next."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alerts.domain import education
from alerts.domain.education import Drop, Wait
from alerts.domain.warning_words import WarningState
from alerts.domain.words import AlertState
from alerts.models import PlannedWarning
from alerts.warnings import reach, release
from patients.admin.clock import city, clock, moment
from patients.models import Patient
from patients.panels import Panel

_WAYS = {"sms": "text", "email": "mail"}
LAST_ALERTS = 10
NEXT_WARNINGS = 12
LAST_WARNINGS = 10


def red_flags(patient: Patient, now: datetime) -> Panel | None:
    """Her open alerts, and the last closed ones; nothing where she never had any."""
    alerts = patient.alerts.select_related("owner", "rule_version__rule")
    open_ones = list(alerts.exclude(state=AlertState.CLOSED).order_by("raised_at"))
    closed = list(alerts.filter(state=AlertState.CLOSED).order_by("-closed_at")[:LAST_ALERTS])
    if not open_ones and not closed:
        return None
    rows = [
        {
            "alert": alert,
            "when": clock(alert.raised_at, patient.clinic.zone),
            "ended": clock(alert.closed_at, patient.clinic.zone),
        }
        for alert in (*open_ones, *closed)
    ]
    return Panel(
        key="red-flags",
        title=_("Red flags"),
        template="admin/alerts/panel_red_flags.html",
        context={"rows": rows, "city": city(patient.clinic.zone)},
        summary=ngettext("%(count)s open red flag", "%(count)s open red flags", len(open_ones))
        % {"count": len(open_ones)}
        if open_ones
        else "",
    )


def warnings(patient: Patient, now: datetime) -> Panel:
    """What she will be told next and by which way, and what she was told, or not, and why."""
    contacts = reach.contacts_of([patient.pk])[patient.pk]
    coming = release.next_warnings(patient, limit=NEXT_WARNINGS)
    settled = PlannedWarning.objects.filter(patient=patient).exclude(state=WarningState.PLANNED)
    past = settled.exclude(state=WarningState.CANCELLED, send_at__lt=now - timedelta(days=60))
    shown = past.select_related("rule", "message").prefetch_related("tries__message")
    shown = shown.order_by("-settled_at", "-id")[:LAST_WARNINGS]
    return Panel(
        key="warnings",
        title=_("Warnings: what she will be told next"),
        template="admin/alerts/panel_warnings.html",
        context={
            "coming": [
                {
                    "row": row,
                    "when": moment(row.send_at, patient.zone, patient.clinic.zone),
                    "way": _way(row, contacts, now),
                }
                for row in coming
            ],
            "past": [
                {"row": row, "when": clock(row.settled_at, patient.zone), "before": _before(row)} for row in shown
            ],
        },
    )


def _before(row: PlannedWarning) -> list[str]:
    """The messages that reached nobody before the present one, and why."""
    messages = [each.message for each in row.tries.all() if each.message_id != row.message_id]
    return [f"{_WAYS[m.channel]}: {m.get_status_display()} ({m.reason})" for m in messages]


def _way(row: PlannedWarning, contacts: reach.Contacts, now: datetime) -> str:
    """By which way it would leave at its time, or why it would not."""
    decision = education.decide(release.situation_of(row, contacts), now=max(now, row.send_at))
    if isinstance(decision, Drop):
        return _("to nobody: %(label)s") % {"label": decision.reason.label}
    if isinstance(decision, Wait):
        return _("waits for the hours in which she may be disturbed")
    return _WAYS[decision.way.channel]
