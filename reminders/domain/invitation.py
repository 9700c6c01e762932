"""A visit as a calendar entry (iCalendar, RFC 5545 and 5546) that says nothing of illness or treatment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress, vText

from reminders.domain.languages import word


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
    #: Whose mailbox asks, and whose calendar it is for. Without them it is a file that anybody may keep.
    organizer: str = ""
    attendee: str = ""
    #: It takes the entry out of the calendar again.
    cancelled: bool = False


def revision(sequence: int, *, cancelled: bool) -> int:
    """The SEQUENCE of an entry: it grows with each move of the visit, and once more when the visit is off.

    It follows from the visit alone, so that whatever writes an entry numbers it alike.
    """
    return 2 * sequence + cancelled


def invitation(entry: Entry, *, now: datetime) -> str:
    """The text of an .ics file; times in UTC, so that no zone has to be explained."""
    event = Event()
    event.add("uid", f"{entry.uid}@bonewatch")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", (entry.starts_at + entry.duration).astimezone(UTC))
    event.add("summary", (word("visit", entry.language) or word("visit", "en")).format(clinic=entry.clinic))
    if entry.location:
        event.add("location", entry.location)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    addressed = bool(entry.organizer and entry.attendee)
    if addressed:
        _address(event, entry)
    calendar = Calendar()
    calendar.add("prodid", "-//Bonewatch//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", _method(entry, addressed=addressed))
    calendar.add_component(event)
    return str(calendar.to_ical().decode())


def _method(entry: Entry, *, addressed: bool) -> str:
    if not addressed:
        return "PUBLISH"
    return "CANCEL" if entry.cancelled else "REQUEST"


def _address(event: Event, entry: Entry) -> None:
    organizer = vCalAddress(f"mailto:{entry.organizer}")
    organizer.params["CN"] = vText(entry.clinic)
    event.add("organizer", organizer)
    attendee = vCalAddress(f"mailto:{entry.attendee}")
    # The time is agreed with the clinic: nothing is asked here, and a calendar's "yes" confirms no visit.
    attendee.params["CUTYPE"] = vText("INDIVIDUAL")
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    event.add("attendee", attendee)
