"""What becomes of a patient's text: 1, 2, anything else, STOP; one phone for two, and questions that overlap."""

from __future__ import annotations

import itertools
from datetime import date, datetime, time

import pytest

from messaging import consent, dispatch, inbound
from messaging.channels.memory import Memory
from messaging.domain.delivery import Purpose, Urgency
from messaging.models import InboundMessage, Message
from patients.models import Clinic, CoordinatorTask, Patient, TaskKind
from reminders import release, services
from reminders.domain.offsets import Elapsed
from reminders.models import Schedule
from tests.support import builders as make
from tests.support.builders import HOUR, ny

pytestmark = pytest.mark.django_db
ASKED = ny("2026-06-15 10:00")
ANSWERED = ASKED + HOUR
STRANGER = "+12025550190"
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _ladder(db: None) -> None:
    make.ladder()


@pytest.fixture
def course(memory: type[Memory]) -> Schedule:
    """An infusion on 17 June; the patient has just been asked to confirm it, and the text has left."""
    made = make.planned_schedule()
    release.release_due(now=ASKED)
    dispatch.run(Urgency.ORDINARY, clock=lambda: ASKED, worker="w")
    assert Message.objects.get().template == "visit_confirm"
    return made


def text(body: str, *, sender: str = make.PHONE, now: datetime = ANSWERED) -> str | None:
    """A text arrives and is read by every handler."""
    message = InboundMessage.objects.create(
        provider_id=f"SM{next(_numbers):032}",
        from_address=sender,
        to_address="+12025550100",
        body=body,
        received_at=now,
    )
    return inbound.handle(message.pk, now=now)


def answers(sender: str = make.PHONE) -> list[str]:
    """The templates of what was answered."""
    rows = Message.objects.filter(address=sender, purpose=Purpose.REPLIES).order_by("pk")
    return list(rows.values_list("template", flat=True))


def tasks(kind: TaskKind) -> list[CoordinatorTask]:
    return list(CoordinatorTask.objects.filter(kind=kind).order_by("pk"))


@pytest.mark.parametrize("body", ["1", " 1. ", "Ok", "si", "Sí", "yes"])
def test_one_confirms(course: Schedule, body: str) -> None:
    assert text(body) == "confirmed"
    visit = make.visit(course)
    assert visit.confirmed_at == ANSWERED
    assert "confirm/sms" not in make.planned(course, 1)
    assert "day_before/sms" in make.planned(course, 1)
    assert answers() == ["visit_confirmed"]
    (reply,) = Message.objects.filter(purpose=Purpose.REPLIES)
    assert "Wed, Jun 17" in reply.body
    assert "9:30 AM" in reply.body
    assert not CoordinatorTask.objects.exists()


def test_confirming_takes_away_the_questions_still_to_come(course: Schedule) -> None:
    make.rule("confirm_again", Elapsed(-20 * HOUR), condition="unconfirmed", template="visit_confirm")
    make.plan(course, now=ASKED)
    assert "confirm_again/sms" in make.planned(course, 1)
    text("1")
    assert "confirm_again/sms" not in make.planned(course, 1)
    assert make.reasons(course, rule__code="confirm_again", visit__number=1) == {"confirmed"}


def test_said_twice_it_is_answered_once(course: Schedule) -> None:
    Message.objects.update(
        status="delivered", provider_id="SM1", attempts=1, submitted_at=ASKED, accepted_at=ASKED, finished_at=ASKED
    )
    assert text("1") == "confirmed"
    assert text("ok", now=ANSWERED + HOUR) == "confirmed_already"
    assert answers() == ["visit_confirmed"]
    assert not CoordinatorTask.objects.exists()


def test_one_said_twice_is_understood_the_first_time(course: Schedule) -> None:
    text("1")
    assert text("ok", now=ANSWERED + HOUR) == "confirmed_already"
    assert make.visit(course).confirmed_at == ANSWERED
    assert answers() == ["visit_confirmed"]
    assert not CoordinatorTask.objects.exists()


def test_two_after_one_takes_the_yes_back(course: Schedule) -> None:
    text("1")
    assert text("2", now=ANSWERED + HOUR) == "move_asked"
    assert make.visit(course).confirmed_at is None
    assert len(tasks(TaskKind.MOVE_REQUEST)) == 1


def test_two_asks_for_another_time(course: Schedule) -> None:
    assert text("2") == "move_asked"
    visit = make.visit(course)
    assert (visit.move_requested_at, visit.confirmed_at, visit.status) == (ANSWERED, None, "planned")
    (task,) = tasks(TaskKind.MOVE_REQUEST)
    assert (task.patient_id, task.opened_at) == (course.patient_id, ANSWERED)
    assert task.detail.startswith("2\n\n")
    assert "2026-06-17" in task.title
    assert answers() == ["visit_move_asked"]


def test_she_may_change_her_mind(course: Schedule) -> None:
    text("2")
    assert text("1", now=ANSWERED + HOUR) == "confirmed"
    assert make.visit(course).confirmed_at is not None
    (task,) = tasks(TaskKind.MOVE_REQUEST)
    assert task.done_at == ANSWERED + HOUR


@pytest.mark.parametrize("body", ["Can I bring my sister?", "Do I need to fast?", "ok but who drives me?"])
def test_anything_else_is_for_a_person_to_read(course: Schedule, body: str) -> None:
    assert text(body) == "inbox"
    assert make.visit(course).confirmed_at is None
    (task,) = tasks(TaskKind.UNREAD_REPLY)
    assert (task.patient_id, task.detail) == (course.patient_id, body)
    assert answers() == ["text_received"]


def test_a_long_talk_is_answered_once_a_day(course: Schedule) -> None:
    for hour in range(4):
        text(f"Can I bring {hour} friends?", now=ANSWERED + hour * HOUR)
    assert len(tasks(TaskKind.UNREAD_REPLY)) == 4
    assert answers() == ["text_received"]
    text("Where do I park?", now=ANSWERED + 24 * HOUR)
    assert answers() == ["text_received", "text_received"]


def test_one_without_a_question_is_no_answer() -> None:
    course = make.planned_schedule()
    assert text("1") == "inbox"
    assert make.visit(course).confirmed_at is None
    assert len(tasks(TaskKind.UNREAD_REPLY)) == 1


def test_an_answer_after_the_visit_confirms_nothing(course: Schedule) -> None:
    assert text("1", now=ny("2026-06-17 12:00")) == "confirmed_late"
    assert not answers()
    assert not CoordinatorTask.objects.exists()
    assert make.visit(course).confirmed_at is None


def test_a_late_answer_to_the_old_time_does_not_confirm_the_new_one(course: Schedule) -> None:
    services.move_visit(make.visit(course), on=date(2026, 6, 19), clock=time(15), now=ASKED)
    assert text("1") == "visit_time_told"
    assert make.visit(course).confirmed_at is None
    assert answers() == ["visit_time"]
    assert "Fri, Jun 19 at 3:00 PM" in Message.objects.get(purpose=Purpose.REPLIES).body
    assert text("1", now=ANSWERED + HOUR) == "confirmed"
    assert make.visit(course).confirmed_at == ANSWERED + HOUR
    assert not CoordinatorTask.objects.exists()


def test_two_open_questions_of_one_time_are_told_apart_by_a_person(course: Schedule) -> None:
    other = make.planned_schedule(course.patient, treatment=make.treatment("other"))
    release.release_due(now=ASKED)
    assert text("1") == "inbox"
    assert make.visit(course).confirmed_at is None
    assert make.visit(other).confirmed_at is None
    assert len(tasks(TaskKind.UNREAD_REPLY)) == 1


def test_a_shared_phone_that_was_asked_about_one_patient_answers_for_her(course: Schedule) -> None:
    husband = make.patient(make.PHONE)
    assert text("1") == "confirmed"
    assert make.visit(course).confirmed_at == ANSWERED
    assert text("what should I bring?") == "inbox"
    assert {task.patient_id for task in tasks(TaskKind.UNREAD_REPLY)} == {course.patient_id, husband.pk}


def test_another_number_cannot_answer_for_her(course: Schedule) -> None:
    make.contact(make.patient(), STRANGER)
    assert text("1", sender=STRANGER) == "inbox"
    assert make.visit(course).confirmed_at is None


def test_a_stranger_lands_in_the_nurses_inbox_with_one_polite_answer_a_day(course: Schedule) -> None:
    assert [text("1", sender=STRANGER) for _ in range(3)] == ["nurse_inbox"] * 3
    assert answers(STRANGER) == ["unknown_sender"]
    assert not CoordinatorTask.objects.exists()
    assert make.visit(course).confirmed_at is None


@pytest.mark.parametrize("body", ["", "qqq zzz", "ñandú verde"])
def test_what_nothing_recognises_is_read_by_a_nurse_and_asks_no_coordinator(course: Schedule, body: str) -> None:
    assert text(body) == "nurse_inbox"
    assert answers() == ["text_for_nurse"]
    assert not CoordinatorTask.objects.exists()
    assert make.visit(course).confirmed_at is None


@pytest.mark.parametrize("body", ["STOP", "no más mensajes"])
def test_stop_is_obeyed_and_somebody_is_told(course: Schedule, body: str) -> None:
    assert text(body) == "opt_out"
    assert consent.state(make.PHONE, Purpose.REMINDERS) is False
    (task,) = tasks(TaskKind.OPT_OUT)
    assert task.patient_id == course.patient_id
    assert answers() == ["opt_out_done"]
    release.release_due(now=ny("2026-06-16 09:00"))
    states = {r.channel: (r.state, r.reason) for r in make.reminders(course, rule__code="day_before", visit__number=1)}
    assert states == {"sms": ("skipped", "no_consent"), "email": ("released", "")}


def test_start_is_answered_once_and_asks_nobody(course: Schedule) -> None:
    text("STOP")
    assert text("START", now=ANSWERED + HOUR) == "opt_in"
    assert answers() == ["opt_out_done", "opt_in_done"]
    assert not tasks(TaskKind.UNREAD_REPLY)


def test_start_of_one_who_never_agreed_is_for_a_person_to_read() -> None:
    make.contact(make.patient(), STRANGER, agrees=False)
    assert text("START", sender=STRANGER) == "inbox"
    assert len(tasks(TaskKind.UNREAD_REPLY)) == 1


def test_a_picture_without_words_is_told_of(course: Schedule) -> None:
    message = InboundMessage.objects.create(
        provider_id="SMpicture",
        from_address=make.PHONE,
        to_address="+12025550100",
        media_count=2,
        received_at=ANSWERED,
    )
    assert inbound.handle(message.pk, now=ANSWERED) == "nurse_inbox"
    assert message.nurse_review.why


def test_in_spanish_she_is_answered_in_spanish(course: Schedule) -> None:
    Patient.objects.update(language="es")
    text("1")
    (reply,) = Message.objects.filter(purpose=Purpose.REPLIES)
    assert reply.language == "es"
    assert "Jun" not in reply.body


def test_a_text_is_read_once(course: Schedule) -> None:
    text("2")
    message = InboundMessage.objects.get()
    assert inbound.handle(message.pk, now=ANSWERED) is None
    assert inbound.sweep(now=ANSWERED) == 0
    assert len(tasks(TaskKind.MOVE_REQUEST)) == 1


def test_no_words_for_an_answer_do_not_lose_the_confirmation(course: Schedule) -> None:
    Clinic.objects.update(daytime_line="")
    assert text("2") == "move_asked"
    assert len(tasks(TaskKind.MOVE_REQUEST)) == 1


def test_a_shared_phone_is_answered_in_the_language_of_one_in_treatment() -> None:
    make.patient(make.PHONE, mrn="gone", language="en", status="deceased")
    make.patient(make.PHONE, mrn="here", language="es")
    text("tengo una pregunta")
    assert Message.objects.get(purpose=Purpose.REPLIES).language == "es"
