"""A visit as a calendar entry (iCalendar, RFC 5545) that says nothing of illness or treatment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from icalendar import Calendar, Event

_SUMMARY = {"en": "Your visit – {clinic}", "es": "Su cita – {clinic}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the entry says. The same `uid` with a higher `sequence` replaces the older entry."""

    uid: UUID
    sequence: int
    starts_at: datetime
    duration: timedelta
    clinic: str
    location: str
    language: str


def invitation(entry: Entry, *, now: datetime) -> str:
    """The text of an .ics file; times in UTC, so that no zone has to be explained."""
    event = Event()
    event.add("uid", f"{entry.uid}@bonewatch")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.starts_at + entry.duration)
    event.add("summary", _SUMMARY.get(entry.language, _SUMMARY["en"]).format(clinic=entry.clinic))
    if entry.location:
        event.add("location", entry.location)
    calendar = Calendar()
    calendar.add("prodid", "-//Bonewatch//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return str(calendar.to_ical().decode())
