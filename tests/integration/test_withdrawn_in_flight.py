"""Messages that are in a worker's hands while the need for them ends: they must not leave afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from messaging import dispatch, outbox, reconcile, record
from messaging.channels.base import OutcomeUnknown, TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Status, Urgency
from messaging.models import Message
from patients.domain.profile import PatientStatus
from reminders.domain.words import Reason, ReminderState
from reminders.planner import let_go
from reminders.release import release_due
from reminders.services import hold_schedule, resume_schedule, set_patient_status
from tests.support import builders as b
from tests.support.messages import HandClock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]
DUE = b.ny("2026-06-16 09:00")
LEASE = timedelta(minutes=2)


def released() -> tuple[b.Schedule, Message]:
    b.ladder()
    schedule = b.planned_schedule(b.patient(b.PHONE))
    release_due(now=DUE)
    return schedule, Message.objects.get()


def die(schedule: b.Schedule, now: datetime) -> None:
    set_patient_status(schedule.patient, status=PatientStatus.DECEASED, reason="told by the family", now=now)


def send_at(moment: datetime) -> None:
    dispatch.run(Urgency.ORDINARY, clock=HandClock(moment), worker="later")


def test_it_takes_back_a_message_that_a_worker_has_claimed() -> None:
    schedule, _ = released()
    outbox.claim(urgency=Urgency.ORDINARY, limit=10, now=DUE, lease=LEASE, worker="w")
    die(schedule, DUE)
    reconcile.recover_leases(now=DUE + LEASE)
    send_at(DUE + LEASE)
    assert Memory.taken == []
    assert Message.objects.get().status == Status.SUPPRESSED


def test_it_takes_back_a_message_whose_try_fails_after_the_death() -> None:
    schedule, _ = released()
    message = outbox.claim(urgency=Urgency.ORDINARY, limit=10, now=DUE, lease=LEASE, worker="w")[0]
    assert record.begin(message, worker="w", now=DUE)
    die(schedule, DUE)
    record.transient(message, TransientFailure("connect", "no connection"), worker="w", now=DUE)
    send_at(DUE + timedelta(minutes=1))
    assert Memory.taken == []
    message.refresh_from_db()
    assert message.status == Status.SUPPRESSED
    assert "died" in message.reason
    let_go(now=DUE + timedelta(minutes=1))
    (reminder,) = b.reminders(schedule, rule__code="day_before", channel="sms", visit__number=1)
    assert (reminder.state, reminder.reason) == (ReminderState.CANCELLED, Reason.PATIENT_DECEASED)


def test_it_does_not_send_again_what_was_in_doubt_at_the_death() -> None:
    schedule, _ = released()
    message = outbox.claim(urgency=Urgency.ORDINARY, limit=10, now=DUE, lease=LEASE, worker="w")[0]
    assert record.begin(message, worker="w", now=DUE)
    record.unknown(message, OutcomeUnknown("lost"), now=DUE)
    die(schedule, DUE)
    reconcile.resolve_doubts(clock=lambda: DUE + timedelta(minutes=2), worker="r")
    send_at(DUE + timedelta(minutes=3))
    assert Memory.taken == []
    assert Message.objects.get().status == Status.SUPPRESSED


def test_it_sends_what_was_on_its_way_during_a_short_hold_after_all() -> None:
    schedule, _ = released()
    message = outbox.claim(urgency=Urgency.ORDINARY, limit=10, now=DUE, lease=LEASE, worker="w")[0]
    assert record.begin(message, worker="w", now=DUE)
    hold_schedule(schedule, reason="fever", now=DUE)
    resume_schedule(schedule, now=DUE)
    record.transient(message, TransientFailure("connect", "no connection"), worker="w", now=DUE)
    later = DUE + timedelta(minutes=1)
    assert let_go(now=later) == 1
    assert let_go(now=later) == 0
    release_due(now=later)
    send_at(later)
    assert len(Memory.taken) == 1
