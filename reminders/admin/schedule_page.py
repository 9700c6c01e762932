"""What the page of one schedule shows beneath its form: the visits, and the messages planned for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from patients.admin.clock import moment
from reminders.admin.visit import STATUS_COLOURS, act_links
from reminders.domain.words import STANDING, ReminderState
from reminders.models import PlannedReminder, Schedule, Visit

MOST_VISITS = 60
MOST_REMINDERS = 120


def page(schedule: Schedule, *, now: datetime) -> dict[str, Any]:
    """The template's context."""
    patient = schedule.patient
    clinic_zone = patient.clinic.zone
    back = reverse("admin:reminders_schedule_change", args=[schedule.pk])
    visits = _visits(schedule, now)
    planned = PlannedReminder.objects.filter(visit__schedule=schedule, state=ReminderState.PLANNED)
    reminders = planned.select_related("rule", "visit").order_by("send_at", "id")
    return {
        "visit_rows": [
            {
                "visit": visit,
                "when": moment(visit.at, patient.zone, clinic_zone),
                "colour": STATUS_COLOURS[visit.status],
                "links": act_links(visit, back=back),
            }
            for visit in visits
        ],
        "visits_left_out": max(0, schedule.visits.count() - len(visits)),
        "plan_rows": [
            (reminder, moment(reminder.send_at, patient.zone, clinic_zone)) for reminder in reminders[:MOST_REMINDERS]
        ],
        "plan_left_out": max(0, planned.count() - MOST_REMINDERS),
    }


def _visits(schedule: Schedule, now: datetime) -> list[Visit]:
    """All visits of a course; of a daily one those around today."""
    rows = list(schedule.visits.select_related("schedule__patient__clinic", "schedule__treatment").order_by("number"))
    if len(rows) <= MOST_VISITS:
        return rows
    first = next((place for place, row in enumerate(rows) if row.status in STANDING and row.at >= now), len(rows))
    start = max(0, min(first - 10, len(rows) - MOST_VISITS))
    return rows[start : start + MOST_VISITS]
