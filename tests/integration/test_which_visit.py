"""Two visits asked about and one answer: told apart by day, by time, by letter; by a person where nothing tells."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from messaging.channels.memory import Memory
from messaging.domain.wording import segments
from patients.models import CoordinatorTask, Patient, TaskKind
from reminders import services
from reminders.models import Visit, VisitQuestion
from tests.support import builders as make
from tests.support.builders import HOUR
from tests.support.visit_talk import ASKED, asked_about, replies, tasks, templates, text

pytestmark = pytest.mark.django_db
ANSWERED = ASKED + HOUR
WED, WED_LATER, THU = "2026-06-17 09:30", "2026-06-17 14:00", "2026-06-17 15:30"


@pytest.fixture(autouse=True)
def _ladder(memory: type[Memory]) -> None:
    make.ladder()


def confirmed(visits: list[Visit]) -> list[bool]:
    return [Visit.objects.get(pk=visit.pk).confirmed_at is not None for visit in visits]


def test_it_asks_which_with_letters_and_believes_the_letter() -> None:
    visits = asked_about(WED, WED_LATER)
    assert text("1", now=ANSWERED) == "which_visit"
    (asked,) = replies()
    assert "A: Wed, Jun 17 9:30 AM. B: Wed, Jun 17 2:00 PM" in asked.body
    assert confirmed(visits) == [False, False]
    assert text("B please", now=ANSWERED + HOUR) == "confirmed"
    assert confirmed(visits) == [False, True]
    assert not CoordinatorTask.objects.exists()


def test_it_asks_in_spanish_and_takes_la_primera() -> None:
    visits = asked_about(WED, WED_LATER)
    Patient.objects.update(language="es")
    assert text("sí", now=ANSWERED) == "which_visit"
    assert "14:00" in replies()[0].body
    assert text("la primera", now=ANSWERED + HOUR) == "confirmed"
    assert confirmed(visits) == [True, False]


@pytest.mark.parametrize(
    ("words", "which"), [("Yes, 2 pm works", [False, True]), ("confirmo la de las 9:30", [True, False])]
)
def test_a_time_that_fits_one_visit_needs_no_question(words: str, which: list[bool]) -> None:
    visits = asked_about(WED, WED_LATER)
    assert text(words, now=ANSWERED) == "confirmed"
    assert confirmed(visits) == which


@pytest.mark.parametrize("words", ["yes to both", "las dos", "confirmo ambas"])
def test_both_confirms_both_with_one_text(words: str) -> None:
    visits = asked_about(WED, WED_LATER)
    assert text(words, now=ANSWERED) == "confirmed"
    assert confirmed(visits) == [True, True]
    assert templates() == ["visits_confirmed"]


def test_three_visits_make_c_a_letter() -> None:
    visits = asked_about(WED, WED_LATER, THU)
    assert text("yes", now=ANSWERED) == "which_visit"
    assert text("C", now=ANSWERED + HOUR) == "confirmed"
    assert confirmed(visits) == [False, False, True]


def test_a_wish_for_another_time_keeps_its_words_through_the_letter() -> None:
    visits = asked_about(WED, WED_LATER)
    assert text("sorry, I can't come", now=ANSWERED) == "which_visit"
    assert text("A", now=ANSWERED + HOUR) == "cancel_asked"
    (task,) = tasks(TaskKind.MOVE_REQUEST)
    assert task.key.split(":")[1] == str(visits[0].pk)
    assert "sorry, I can't come" in task.detail
    assert "not coming" in task.title


def test_a_letter_after_two_days_is_read_by_a_person() -> None:
    visits = asked_about(WED, WED_LATER)
    text("1", now=ANSWERED)
    VisitQuestion.objects.update(expires_at=ANSWERED + timedelta(minutes=1))
    assert text("A", now=ANSWERED + HOUR) == "answer_late"
    assert confirmed(visits) == [False, False]
    assert len(tasks(TaskKind.UNREAD_REPLY)) == 1


def test_a_letter_of_a_visit_that_has_moved_since_confirms_nothing() -> None:
    visits = asked_about(WED, WED_LATER)
    text("1", now=ANSWERED)
    services.move_visit(visits[0], on=date(2026, 6, 19), clock=time(15), now=ANSWERED)
    text("A", now=ANSWERED + HOUR)
    assert confirmed(visits) == [False, False]
    assert len(tasks(TaskKind.UNREAD_REPLY)) == 1


def test_it_asks_once_and_then_a_person_reads() -> None:
    asked_about(WED, WED_LATER)
    assert [text("1", now=ANSWERED + n * HOUR) for n in range(3)] == ["which_visit", "inbox", "inbox"]
    assert templates() == ["which_visit", "text_received"]


def test_a_shared_phone_is_shown_days_and_times_and_no_name() -> None:
    (first,) = asked_about(WED)
    other = make.patient(make.PHONE, mrn="other", given_name="Rosalind")
    asked_about(WED_LATER, patient=other)
    assert text("1", now=ANSWERED) == "which_visit"
    body = replies()[0].body
    assert "Rosalind" not in body
    assert first.schedule.patient.given_name not in body
    text("B", now=ANSWERED + HOUR)
    assert Visit.objects.get(schedule__patient=other).confirmed_at is not None


def test_another_day_than_the_visits_is_told_and_asked_again() -> None:
    visits = asked_about(WED)
    assert text("see you Thursday!", now=ANSWERED) == "visit_time_told"
    assert confirmed(visits) == [False]
    assert "Wed, Jun 17 at 9:30 AM" in replies()[0].body
    assert text("1", now=ANSWERED + HOUR) == "confirmed"


def test_a_list_of_four_fits_two_segments_in_both_languages() -> None:
    times = [f"2026-06-17 {hour}:30" for hour in ("10", "11", "12", "13")]
    asked_about(*times)
    for language in ("en", "es"):
        Patient.objects.update(language=language)
        VisitQuestion.objects.all().delete()
        assert text("1", now=ANSWERED) == "which_visit"
    assert all(segments(reply.body).count <= 2 for reply in replies())
    assert "D: " in replies()[0].body
