"""A calendar as a mail program keeps one: entries by name, replaced by higher revisions, taken out when called off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from icalendar import Calendar

from sandbox.mailbox import read


@dataclass(frozen=True, slots=True)
class Appointment:
    """An entry as the calendar has it now."""

    uid: str
    sequence: int
    stamped_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    location: str
    cancelled: bool

    @property
    def age(self) -> tuple[int, datetime]:
        """What decides between two states of one entry (RFC 5546): the revision, then when it was written."""
        return self.sequence, self.stamped_at


class Agenda:
    """What a calendar holds after some files, in whatever order they came."""

    def __init__(self) -> None:
        self._known: dict[str, Appointment] = {}

    def take(self, text: str | bytes) -> None:
        """Take one file up. ValueError where it is no calendar."""
        calendar = Calendar.from_ical(text)
        method = str(calendar.get("METHOD", "PUBLISH")).upper()
        for event in calendar.walk("VEVENT"):
            entry = Appointment(
                uid=str(event["UID"]),
                sequence=int(event.get("SEQUENCE", 0)),
                stamped_at=event.decoded("DTSTAMP"),
                starts_at=event.decoded("DTSTART"),
                ends_at=event.decoded("DTEND"),
                summary=str(event.get("SUMMARY", "")),
                location=str(event.get("LOCATION", "")),
                cancelled=method == "CANCEL" or str(event.get("STATUS", "")) == "CANCELLED",
            )
            before = self._known.get(entry.uid)
            if before is None or entry.age >= before.age:
                self._known[entry.uid] = entry

    @property
    def entries(self) -> list[Appointment]:
        """What stands, in its order."""
        return sorted((one for one in self._known.values() if not one.cancelled), key=lambda one: one.starts_at)


def of_mails(mails: Iterable[bytes]) -> Agenda:
    """The calendar of a mailbox that got these mails, and opened what was attached."""
    agenda = Agenda()
    for raw in mails:
        for file in read(raw).attachments:
            if file.content_type == "text/calendar":
                try:
                    agenda.take(file.content)
                except (ValueError, KeyError):
                    # A mail program shows the mail without an entry.
                    continue
    return agenda
