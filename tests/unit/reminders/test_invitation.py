"""Entries for calendars: held to RFC 5545 and 5546 by a parser, and replayed into a calendar in whatever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Component

from reminders.domain.invitation import Entry, invitation, revision
from sandbox.agenda import Agenda

NOW = datetime(2026, 11, 20, 9, tzinfo=ZoneInfo("America/New_York"))
VISIT = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("America/New_York"))
ENTRY = Entry(
    uid=UUID(int=7),
    sequence=0,
    starts_at=VISIT,
    duration=timedelta(minutes=90),
    clinic="Bayside",
    location="3rd floor",
    language="en",
    organizer="care@clinic.example",
    attendee="rosa@example.org",
)
TEXTS = st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=150)


def event_of(text: str) -> Component:
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    return event


@pytest.mark.parametrize(
    ("cancelled", "method", "status"), [(False, "REQUEST", "CONFIRMED"), (True, "CANCEL", "CANCELLED")]
)
def test_it_has_all_that_the_method_asks_for(cancelled: bool, method: str, status: str) -> None:  # noqa: FBT001
    text = invitation(replace(ENTRY, cancelled=cancelled), now=NOW)
    calendar = Calendar.from_ical(text)
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", method)
    event = event_of(text)
    assert event.errors == []
    needed = {"UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER", "ATTENDEE", "STATUS"}
    assert needed <= set(event.keys())
    assert event["STATUS"] == status
    assert (event["ORGANIZER"], event["ATTENDEE"]) == ("mailto:care@clinic.example", "mailto:rosa@example.org")
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"


def test_times_are_utc_and_say_so() -> None:
    lines = invitation(ENTRY, now=NOW).splitlines()
    assert {"DTSTAMP:20261120T140000Z", "DTSTART:20261124T143000Z", "DTEND:20261124T160000Z"} <= set(lines)


@given(clinic=TEXTS, location=TEXTS)
def test_lines_are_folded_and_nothing_is_lost(clinic: str, location: str) -> None:
    text = invitation(replace(ENTRY, clinic=clinic, location=location), now=NOW)
    raw = text.encode()
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    event = event_of(text)
    assert event["SUMMARY"] == f"Your visit – {clinic}"
    assert event["LOCATION"] == location


def test_a_file_for_nobody_is_published() -> None:
    calendar = Calendar.from_ical(invitation(replace(ENTRY, attendee=""), now=NOW))
    assert calendar["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in calendar.walk("VEVENT")[0]


def at(sequence: int, *, days: int = 0, cancelled: bool = False, minutes: int = 0) -> str:
    """The file that is sent at revision `sequence` of the visit."""
    entry = replace(
        ENTRY,
        sequence=revision(sequence, cancelled=cancelled),
        starts_at=VISIT + timedelta(days=days),
        cancelled=cancelled,
    )
    return invitation(entry, now=NOW + timedelta(minutes=minutes))


MOVED_TWICE = [at(0), at(1, days=7), at(2, days=3)]
CALLED_OFF = [at(0), at(1, days=7), at(1, days=7, cancelled=True)]
ON_AGAIN = [at(0), at(0, cancelled=True), at(1, days=1)]


@pytest.mark.parametrize(
    ("files", "days"), [(MOVED_TWICE, 3), (CALLED_OFF, None), (ON_AGAIN, 1)], ids=["moved", "off", "on again"]
)
def test_in_whatever_order_they_come_the_calendar_ends_right(files: list[str], days: int | None) -> None:
    for order in permutations([*files, files[0]]):
        agenda = Agenda()
        for text in order:
            agenda.take(text)
        starts = [entry.starts_at for entry in agenda.entries]
        assert starts == ([] if days is None else [(VISIT + timedelta(days=days)).astimezone(UTC)])


def test_a_visit_that_is_off_outranks_the_time_it_had_and_yields_to_the_next() -> None:
    assert revision(3, cancelled=False) < revision(3, cancelled=True) < revision(4, cancelled=False)
