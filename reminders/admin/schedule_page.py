"""What the page of one schedule shows beneath its form: the visits, and the messages planned for them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from patients.admin.show import when
from patients.models import Patient
from reminders.admin.visit import act_links
from reminders.admin.words import when_in_words
from reminders.domain.words import CHANNEL_WORDS, STANDING, ReminderState
from reminders.models import PlannedReminder, Schedule, Visit

MOST_VISITS = 60
MOST_REMINDERS = 120


def page(schedule: Schedule, *, now: datetime, may_act: bool) -> dict[str, Any]:
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
                "when": when(visit.at, patient.zone, clinic_zone),
                "links": act_links(visit, back=back) if may_act else "",
            }
            for visit in visits
        ],
        "visits_left_out": max(0, schedule.visits.count() - len(visits)),
        "plan_rows": _together(reminders[:MOST_REMINDERS], patient),
        "plan_left_out": max(0, planned.count() - MOST_REMINDERS),
    }


def _together(reminders: Iterable[PlannedReminder], patient: Patient) -> list[tuple[PlannedReminder, str, str, str]]:
    """A row for each thing said at one time, with the channels by which it is said."""
    rows: list[tuple[PlannedReminder, str, str, str]] = []
    for _key, group in groupby(reminders, key=lambda each: (each.send_at, each.rule_id, each.visit_id)):
        ways = list(group)
        channels = ", ".join(_(CHANNEL_WORDS[way.channel]) for way in ways)
        sent_at = when(ways[0].send_at, patient.zone, patient.clinic.zone)
        rows.append((ways[0], when_in_words(ways[0].rule), sent_at, channels))
    return rows


def _visits(schedule: Schedule, now: datetime) -> list[Visit]:
    """All visits of a course; of a daily one those around today."""
    rows = list(schedule.visits.select_related("schedule__patient__clinic", "schedule__treatment").order_by("number"))
    if len(rows) <= MOST_VISITS:
        return rows
    first = next((place for place, row in enumerate(rows) if row.status in STANDING and row.at >= now), len(rows))
    start = max(0, min(first - 10, len(rows) - MOST_VISITS))
    return rows[start : start + MOST_VISITS]
