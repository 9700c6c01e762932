"""A reminder that did not arrive becomes somebody's task: silence is never the outcome."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from messaging.channels.base import PermanentFailure
from messaging.channels.memory import Memory
from messaging.dispatch import run
from messaging.domain.delivery import Status, Urgency
from messaging.models import Message
from patients.domain.profile import PatientStatus
from patients.models import CoordinatorTask, TaskKind
from reminders.following import follow_up
from reminders.models import Schedule
from reminders.release import release_due
from reminders.services import set_patient_status
from tests.support import builders as b
from tests.support.messages import HandClock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]
DUE = b.ny("2026-06-16 09:00")
LATER = DUE + timedelta(minutes=5)


def told(**end: Any) -> Schedule:
    """A schedule whose reminder of the day before has left, and ended as `end` says."""
    b.ladder()
    schedule = b.planned_schedule(b.patient(b.PHONE))
    release_due(now=DUE)
    run(Urgency.ORDINARY, clock=HandClock(DUE), worker="w")
    if end:
        Message.objects.update(finished_at=DUE, **end)
    return schedule


def open_titles() -> list[str]:
    rows = CoordinatorTask.objects.filter(kind=TaskKind.UNREACHED, done_at__isnull=True)
    return list(rows.values_list("title", flat=True))


def test_a_text_that_came_back_opens_one_task() -> None:
    told(status=Status.UNDELIVERED, reason="The phone is off.")
    assert [follow_up(now=LATER), follow_up(now=LATER)] == [1, 0]
    assert open_titles() == ["A text about the visit of 2026-06-17 did not arrive: find another way"]
    assert "The phone is off." in CoordinatorTask.objects.get().detail


def test_a_text_that_the_carrier_refused_opens_one_task() -> None:
    Memory.failures.append(PermanentFailure("30006", "a landline"))
    told()
    assert Message.objects.get().status == Status.FAILED
    assert follow_up(now=LATER) == 1


def test_a_task_that_was_done_is_not_opened_again() -> None:
    told(status=Status.UNDELIVERED, reason="The phone is off.")
    follow_up(now=LATER)
    CoordinatorTask.objects.update(done_at=LATER)
    assert follow_up(now=LATER) == 0
    assert open_titles() == []


def test_what_expired_is_told_of_once_it_cannot_be_worded_anew() -> None:
    schedule = told(status=Status.EXPIRED, reason="too late", provider_id="", accepted_at=None)
    (reminder,) = b.reminders(schedule, rule__code="day_before", channel="sms", visit__number=1)
    assert follow_up(now=LATER) == 0
    assert follow_up(now=reminder.expires_at) == 1


def test_nobody_is_asked_about_what_arrived_or_about_those_who_are_gone() -> None:
    told()
    assert follow_up(now=LATER) == 0
    Message.objects.update(status=Status.UNDELIVERED, reason="off", finished_at=DUE)
    schedule = Schedule.objects.select_related("patient").get()
    set_patient_status(schedule.patient, status=PatientStatus.DECEASED, reason="told", now=LATER)
    assert follow_up(now=LATER) == 0
