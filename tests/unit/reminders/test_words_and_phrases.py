"""Days and times as people say them, answers as people type them, the calendar entry, and the visit's moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from messaging.domain.reserved import RESERVED
from messaging.domain.wording import segments
from reminders.domain import phrases
from reminders.domain.invitation import Entry, invitation
from reminders.domain.replies import Answer, read
from reminders.domain.words import STANDING, VISIT_MOVES, VisitStatus

NEW_YORK = ZoneInfo("America/New_York")
VISIT = datetime(2026, 11, 24, 9, 30, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("said_at", "english", "spanish"),
    [
        ("2026-11-24 08:00", "today", "hoy"),
        ("2026-11-24 00:00", "today", "hoy"),
        ("2026-11-23 23:59", "tomorrow", "mañana"),
        ("2026-11-23 00:00", "tomorrow", "mañana"),
        ("2026-11-25 10:00", "yesterday", "ayer"),
        ("2026-11-22 23:59", "Tue, Nov 24", "mar, 24 nov"),
    ],
)
def test_the_day_follows_the_moment_of_sending(said_at: str, english: str, spanish: str) -> None:
    now = datetime.fromisoformat(said_at).replace(tzinfo=NEW_YORK)
    assert phrases.day(VISIT, now=now, zone=NEW_YORK, language="en") == english
    assert phrases.day(VISIT, now=now, zone=NEW_YORK, language="es") == spanish


def test_today_is_the_patients_today() -> None:
    """At 20:00 in New York it is tomorrow in UTC already."""
    now = datetime(2026, 11, 23, 20, tzinfo=NEW_YORK).astimezone(UTC)
    assert phrases.day(VISIT, now=now, zone=NEW_YORK, language="en") == "tomorrow"
    assert phrases.day(VISIT, now=now, zone=ZoneInfo("UTC"), language="en") == "today"


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(sorted(available_timezones() - {"localtime", "Factory"})),
    st.sampled_from(["en", "es"]),
)
@settings(max_examples=150, deadline=None)
def test_no_day_or_time_forces_a_text_into_70_characters(at: datetime, name: str, language: str) -> None:
    zone = ZoneInfo(name)
    there = at.astimezone(zone)
    clock = phrases.clock(at, zone=zone, language=language)
    assert segments(clock).encoding == "GSM-7"
    assert f"{there.minute:02}" in clock
    assert str((there.hour - 1) % 12 + 1 if language == "en" else there.hour) in clock
    assert ("PM" in clock) == (language == "en" and there.hour >= 12)
    far = phrases.day(at, now=at - timedelta(days=5), zone=zone, language=language)
    assert str(there.day) in far
    assert not set(far) & {"\u202f", "\u00a0"}


def test_a_mail_says_it_in_full() -> None:
    english = phrases.full(VISIT, zone=NEW_YORK, language="en")
    assert english == "Tuesday, November 24, 2026 at 9:30 AM"
    assert phrases.full(VISIT, zone=NEW_YORK, language="es") == "martes, 24 de noviembre de 2026 a las 9:30"


@pytest.mark.parametrize(
    "body", ["1", " 1 ", "1.", "1!", "Ok", "OKAY", "yes", "Yes.", "Sí", "si", "confirmo", "De acuerdo"]
)
def test_these_confirm(body: str) -> None:
    assert read(body) is Answer.CONFIRM


@pytest.mark.parametrize("body", ["2", "2.", "R", "reschedule", "Reprogramar", "CAMBIAR"])
def test_these_ask_for_another_time(body: str) -> None:
    assert read(body) is Answer.MOVE


@pytest.mark.parametrize(
    "body",
    [
        *(
            "",
            "   ",
            "🙂",
            "1 but my back hurts",
            "1 2",
            "12",
            "no",
            "not ok",
            "ok can you call me",
            "can't feel my legs",
        ),
        *("2 legs are numb", "11", "I", "1️⃣ tengo fiebre", "yes i have a fever", "si tengo fiebre"),
    ],
)
def test_anything_more_is_for_a_person_to_read(body: str) -> None:
    assert read(body) is None


@pytest.mark.parametrize(
    "word", ["STOP", "CANCEL", "END", "QUIT", "HELP", "INFO", "START", "PARAR", "CANCELAR", "BASTA"]
)
def test_the_carriers_words_confirm_nothing(word: str) -> None:
    assert word in RESERVED
    assert read(word) in (None, Answer.MOVE)


@pytest.mark.parametrize("word", ["CANCEL", "CANCELAR"])
def test_a_carriers_word_that_may_be_about_a_visit_has_a_person_ask(word: str) -> None:
    # The carrier takes it for an opt-out, and so do we; that no visit is lost by it is for a coordinator to ask.
    assert read(word) is Answer.MOVE


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_read(body: str) -> None:
    assert read(body) in (None, Answer.CONFIRM, Answer.MOVE)


def test_the_calendar_entry_says_when_and_nothing_of_illness() -> None:
    entry = Entry(
        uid=UUID(int=7),
        sequence=3,
        starts_at=VISIT.astimezone(UTC),
        duration=timedelta(minutes=90),
        clinic="Bayside, Bone; Clinic",
        location="3rd floor",
        language="es",
    )
    text = invitation(entry, now=VISIT - timedelta(days=1))
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert event["UID"] == f"{UUID(int=7)}@bonewatch"
    assert event["SEQUENCE"] == 3
    assert event.decoded("DTSTART") == VISIT
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(minutes=90)
    assert event["SUMMARY"] == "Su cita – Bayside, Bone; Clinic"
    assert event["LOCATION"] == "3rd floor"
    assert not {"zoledron", "infusion", "cancer", "bone pain"} & set(text.lower().split())
    assert "\r\n" in text


def test_a_visits_moves_lead_somewhere_and_back() -> None:
    assert set(VISIT_MOVES) == set(VisitStatus)
    assert all(source not in targets for source, targets in VISIT_MOVES.items())
    assert {VisitStatus.PLANNED, VisitStatus.OVERDUE} == STANDING
    for status in set(VisitStatus) - STANDING:
        assert VisitStatus.PLANNED in VISIT_MOVES[status], "a slip of the hand can be taken back"
