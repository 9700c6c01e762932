"""For whoever writes wordings: what each blank of a reminder becomes, and what it is for a real patient."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from patients.models import Patient
from reminders import rendering
from reminders.domain import phrases
from reminders.models import PlannedReminder
from staff.domain.tongue import N_
from staff.scope import within

#: Blank → what it becomes, and an example.
BLANKS: Mapping[str, tuple[str, str]] = {
    "clinic": (N_("The clinic’s short name."), "Bayside Bone & Infusion"),
    "day": (N_("The day of the visit as said when the text leaves: today, tomorrow, or a date."), "Tue, Nov 24"),
    "time": (N_("The time of the visit by the patient’s clock."), "9:30 AM"),
    "when": (N_("Day and time of the visit in full, for mails."), "Tuesday, November 24, 2026 at 9:30 AM"),
    "location": (
        N_("Where the visit is; the clinic’s name where nothing else is known."),
        "Infusion Center, 3rd floor",
    ),
    "phone": (N_("The clinic’s daytime line, as people dial it."), "(202) 555-0123"),
    "visits": (N_("Several visits, each with day and time."), "A: Tue, Nov 24 9:30 AM. B: Fri, Dec 4 2:00 PM"),
    "tasks": (N_("What to do before the visit, a line each; may be empty."), "- Blood test in the week before"),
    "page": (
        N_("A link to the patient’s own page."),
        "https://reminders.example-hospital.org/p/Vb3nq0LkQ2sT8xYz1aBcDe/",
    ),
    "count": (N_("How many things are told of together."), "2"),
    "times": (N_("The times of several visits on one day."), "9:30 AM, 11:00 AM"),
    "things": (N_("The things that are told of together, a line each."), "- Blood test\n- Visit at 9:30 AM"),
}
_MOST = 12
_ZONE = ZoneInfo("America/New_York")
_AT = datetime(2026, 11, 24, 9, 30, tzinfo=_ZONE)


def nobody(language: str) -> dict[str, str]:
    """The day and time of a visit that nobody has, as said in `language`."""
    return {
        "day": phrases.day(_AT, now=_AT - timedelta(days=14), zone=_ZONE, language=language),
        "time": phrases.clock(_AT, zone=_ZONE, language=language),
        "when": phrases.full(_AT, zone=_ZONE, language=language),
    }


def search(asked: str, user: Any) -> list[tuple[int, str]]:
    """Patients of the user's clinics whose name or record number begins like that."""
    asked = " ".join(asked.split())[:80]
    if not asked:
        return []
    wanted = Q(mrn__iexact=asked)
    for word in asked.split():
        wanted |= Q(family_name__istartswith=word) | Q(given_name__istartswith=word)
    rows = within(Patient.objects.filter(wanted), user, "clinic").order_by("family_name", "given_name", "pk")[:_MOST]
    return [(row.pk, f"{row.given_name} {row.family_name} ({row.mrn})") for row in rows]


def values(patient_id: int, language: str, user: Any, *, now: datetime) -> dict[str, str] | None:
    """What fills the blanks for her next reminder, in `language`; None: the user sees no such patient."""
    patient = within(Patient.objects.select_related("clinic"), user, "clinic").filter(pk=patient_id).first()
    if patient is None:
        return None
    coming = PlannedReminder.objects.filter(visit__schedule__patient=patient, visit__at__gt=now)
    reminder = coming.select_related("visit__schedule__treatment").order_by("visit__at", "pk").first()
    own = {"clinic": patient.clinic.short_name, "phone": rendering.daytime_line(patient.clinic)}
    if reminder is not None:
        # The reader's language for these words is the text's; nothing of it is stored.
        patient.language = language
        reminder.visit.schedule.patient = patient
        own = {**rendering.values(reminder, needed=(), now=now)}
    return {name: value for name, value in own.items() if value or name == "tasks"}
