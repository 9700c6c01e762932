"""A visit changes after people were told of it: they hear of it once, in their hours, and their calendars follow."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from messaging import consent
from messaging.channels.memory import Memory
from messaging.domain.delivery import Purpose, Status
from messaging.models import Message
from patients.domain.profile import PatientStatus
from patients.models import TaskKind
from reminders import calendars, release, services
from reminders.domain.offsets import WallTime
from reminders.models import CalendarEntry, ReminderRule, Schedule
from sandbox.agenda import Agenda
from tests.support import builders as make
from tests.support.builders import MAILBOX, PHONE, ny
from tests.support.mails import leave
from tests.support.messages import HandClock

pytestmark = pytest.mark.django_db
TOLD, LATER, NIGHT = ny("2026-06-16 09:00"), ny("2026-06-16 11:00"), ny("2026-06-16 22:30")


@pytest.fixture(autouse=True)
def _channels(memory: type[Memory]) -> None:
    """Nothing leaves."""


def told(*addresses: str, **changes: Any) -> Schedule:
    """One visit on 17 June at 9:30; the reminder of the day before has left by text and mail."""
    ReminderRule.objects.all().delete()
    make.rule("day_before", WallTime(-1, time(9)), channels=["sms", "email"])
    course = make.planned_schedule(make.patient(*(addresses or (PHONE, MAILBOX)), **changes), visits=1)
    release.release_due(now=TOLD)
    leave(HandClock(TOLD))
    return course


def move(course: Schedule, day: int, *, now: datetime = LATER) -> None:
    services.move_visit(make.visit(course), on=date(2026, 6, day), clock=time(14), now=now)


def news(now: datetime = LATER) -> list[tuple[str, str]]:
    """What a sweep at `now` tells, to whom."""
    before = set(Message.objects.values_list("pk", flat=True))
    calendars.tell(now=now)
    fresh = Message.objects.exclude(pk__in=before).order_by("address")
    return [(message.address, message.template) for message in fresh]


def calendar() -> list[datetime]:
    """Where the visit stands in the calendar of the mailbox, by every mail that was written to it."""
    agenda = Agenda()
    for message in Message.objects.exclude(calendar="").order_by("?"):
        agenda.take(message.calendar)
    return [entry.starts_at for entry in agenda.entries]


def test_who_was_told_hears_of_the_move_once() -> None:
    course = told()
    move(course, 24)
    assert news() == [(PHONE, "visit_moved"), (MAILBOX, "visit_moved")]
    assert news() == []
    text = Message.objects.get(template="visit_moved", address=PHONE).body
    assert "Wednesday, June 24, 2026 at 2:00 PM" in text
    assert calendar() == [ny("2026-06-24 14:00")]


def test_who_was_not_told_hears_nothing() -> None:
    ReminderRule.objects.all().delete()
    make.rule("day_before", WallTime(-1, time(9)))
    course = make.planned_schedule(visits=1)
    move(course, 24, now=make.NOW)
    assert news(make.NOW) == []


def test_nothing_is_told_where_nothing_changed() -> None:
    told()
    assert news() == []


def test_several_moves_of_an_evening_are_one_in_the_morning() -> None:
    course = told()
    move(course, 24, now=NIGHT)
    assert news(NIGHT) == []
    move(course, 26, now=NIGHT + timedelta(minutes=5))
    assert news(ny("2026-06-17 08:05")) == [(PHONE, "visit_moved"), (MAILBOX, "visit_moved")]
    assert calendar() == [ny("2026-06-26 14:00")]


def test_a_second_move_is_told_to_those_who_heard_of_the_first() -> None:
    course = told()
    move(course, 24)
    news()
    move(course, 25)
    assert news(LATER + timedelta(hours=1)) == [(PHONE, "visit_moved"), (MAILBOX, "visit_moved")]
    assert calendar() == [ny("2026-06-25 14:00")]


class TestCalledOff:
    def test_a_visit_that_is_cancelled_leaves_the_calendar(self) -> None:
        course = told()
        assert calendar() == [ny("2026-06-17 09:30")]
        services.cancel_visit(make.visit(course), reason="ill", now=LATER)
        assert news() == [(PHONE, "visit_cancelled"), (MAILBOX, "visit_cancelled")]
        assert calendar() == []
        assert news() == []

    def test_so_does_one_whose_schedule_ends(self) -> None:
        course = told()
        services.cancel_schedule(course, reason="done", now=LATER)
        assert len(news()) == 2
        assert calendar() == []

    def test_so_does_one_of_a_patient_who_leaves_the_clinic(self) -> None:
        course = told()
        services.set_patient_status(course.patient, status=PatientStatus.DISCHARGED, reason="moved", now=LATER)
        assert len(news()) == 2
        assert calendar() == []

    @pytest.mark.parametrize("status", [PatientStatus.DECEASED, PatientStatus.ON_HOLD])
    def test_nothing_is_told_of_the_dead_and_of_those_on_hold(self, status: PatientStatus) -> None:
        course = told()
        services.set_patient_status(course.patient, status=status, reason="known", now=LATER)
        assert news() == []

    def test_one_that_stands_again_comes_back(self) -> None:
        course = told()
        services.set_patient_status(course.patient, status=PatientStatus.DISCHARGED, reason="moved", now=LATER)
        news()
        services.set_patient_status(course.patient, status=PatientStatus.ACTIVE, reason="", now=LATER)
        again = LATER + timedelta(minutes=1)
        assert news(again) == [(PHONE, "visit_stands"), (MAILBOX, "visit_stands")]
        assert calendar() == [ny("2026-06-17 09:30")]
        assert news(again) == []


class TestNobodyToTell:
    def test_somebody_phones_who_has_opted_out_since(self) -> None:
        course = told(PHONE)
        consent.record(PHONE, Purpose.REMINDERS, granted=False, source="text", wording="stop", now=LATER)
        move(course, 24)
        assert news() == []
        (task,) = make.open_tasks(TaskKind.UNREACHED)
        assert "could not be told" in task.title
        assert news() == []
        assert len(make.open_tasks(TaskKind.UNREACHED)) == 1

    def test_nobody_phones_where_another_address_heard(self) -> None:
        course = told()
        consent.record(PHONE, Purpose.REMINDERS, granted=False, source="text", wording="stop", now=LATER)
        move(course, 24)
        assert news() == [(MAILBOX, "visit_moved")]
        assert not make.open_tasks(TaskKind.UNREACHED)

    def test_somebody_phones_when_the_news_does_not_arrive(self) -> None:
        course = told(PHONE)
        move(course, 24)
        news()
        Message.objects.filter(template="visit_moved").update(
            status=Status.FAILED, reason="no such number", finished_at=LATER
        )
        assert news(LATER + timedelta(minutes=1)) == []
        (task,) = make.open_tasks(TaskKind.UNREACHED)
        assert "no such number" in task.detail

    def test_what_waited_past_its_day_is_told_on_the_next(self) -> None:
        course = told(PHONE)
        move(course, 24)
        news()
        Message.objects.filter(template="visit_moved").update(status=Status.EXPIRED, reason="late", finished_at=NIGHT)
        morning = ny("2026-06-17 08:05")
        assert news(morning) == [(PHONE, "visit_moved")]
        assert news(morning) == []


def test_in_spanish_for_who_reads_spanish() -> None:
    course = told(language="es")
    move(course, 24)
    news()
    mail = Message.objects.get(template="visit_moved", address=MAILBOX)
    assert "miércoles, 24 de junio de 2026" in mail.body
    assert "Su cita" in mail.calendar
    assert CalendarEntry.objects.get(address=MAILBOX).language == "es"
