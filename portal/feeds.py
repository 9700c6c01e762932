"""A patient's visits as calendar files: one to add by hand, and all of them for a calendar that looks again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar

from patients.models import Clinic
from reminders.calendar_entries import revision_of
from reminders.domain.invitation import Entry, invitation
from reminders.models import Visit

#: How often a calendar is asked to look again.
REFRESH = "PT6H"


def of_visit(visit: Visit, clinic: Clinic, language: str, *, now: datetime) -> str:
    """One visit, to be added by hand; the entry that mails send has the same name, so there is one and not two."""
    return of_visits([visit], clinic, language, now=now)


def of_visits(visits: Iterable[Visit], clinic: Clinic, language: str, *, now: datetime) -> str:
    """All of them in one file, published and asking for no answer."""
    whole = Calendar()
    whole.add("prodid", "-//Bonewatch//Visits//EN")
    whole.add("version", "2.0")
    whole.add("method", "PUBLISH")
    whole["REFRESH-INTERVAL;VALUE=DURATION"] = REFRESH
    whole["X-PUBLISHED-TTL"] = REFRESH
    for visit in visits:
        for event in Calendar.from_ical(invitation(_entry(visit, clinic, language), now=now)).walk("VEVENT"):
            whole.add_component(event)
    return str(whole.to_ical().decode())


def _entry(visit: Visit, clinic: Clinic, language: str) -> Entry:
    return Entry(
        uid=visit.uuid,
        sequence=revision_of(visit),
        starts_at=visit.at,
        duration=timedelta(minutes=visit.schedule.treatment.duration_minutes),
        clinic=clinic.short_name,
        location=visit.schedule.location,
        language=language,
    )
