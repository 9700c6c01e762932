"""What did not reach a patient goes to the next contact that agreed: once, in time, and where anybody can see it."""

from __future__ import annotations

from datetime import date

import pytest

from messaging import consent, faults
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Purpose, Status
from messaging.models import Message
from messaging.receipts import take
from patients.models import TaskKind
from reminders.domain.words import Reason, ReminderState
from reminders.following import follow_up
from reminders.models import PlannedReminder, ReminderRule, ReminderTry
from reminders.release import release_due, reword_stale
from reminders.services import cancel_visit, confirm_visit, move_visit
from tests.support import builders as b
from tests.support.families import (
    DUE,
    HER_MAIL,
    HERS,
    SECOND,
    SOON,
    addresses,
    deliver,
    family,
    go_on,
    texts_only,
    told,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]


@pytest.mark.parametrize(
    ("also", "then"),
    [
        ([HERS, SECOND, b.MAILBOX], [SECOND, HERS, b.MAILBOX]),
        ([HER_MAIL, HERS], [HERS, HER_MAIL]),
        ([HER_MAIL, b.MAILBOX], [b.MAILBOX, HER_MAIL]),
    ],
)
def test_a_dead_number_goes_on_to_the_next_contact_at_once(also: list[str], then: list[str]) -> None:
    told(*also, refusals=len(also))
    for step in range(1, len(also) + 1):
        assert go_on(DUE + step * SOON) == 1
    assert [m.address for m in Message.objects.order_by("pk")] == [b.PHONE, *then]
    assert addresses() == [then[-1]]


def test_it_is_worded_for_the_channel_and_for_whoever_reads_it() -> None:
    told(b.MAILBOX)
    go_on()
    mail = Message.objects.get(channel=Channel.EMAIL)
    assert mail.subject
    assert "BEGIN:VCALENDAR" in mail.calendar
    assert mail.language == "en"


def test_a_text_that_came_back_goes_on_and_a_late_receipt_of_it_does_no_harm() -> None:
    texts_only()
    b.planned_schedule(family(HERS))
    deliver(DUE)
    (name, _), first = Memory.taken[0], Message.objects.get()
    take(first.uuid, provider_id=name, word="undelivered", code="30006", now=DUE)
    go_on()
    take(first.uuid, provider_id=name, word="delivered", code="", now=DUE + SOON)
    assert go_on(DUE + 2 * SOON) == 0
    assert addresses() == [b.PHONE, HERS]
    first.refresh_from_db()
    assert first.status == Status.UNDELIVERED


def test_it_is_followed_up_once_however_often_it_is_swept() -> None:
    told(HERS)
    assert [follow_up(now=DUE + SOON), follow_up(now=DUE + SOON)] == [1, 0]
    deliver(DUE + SOON)
    assert follow_up(now=DUE + 2 * SOON) == 0
    assert addresses() == [HERS]
    assert ReminderTry.objects.count() == 1


def test_it_waits_for_the_hours_in_which_the_next_may_be_disturbed() -> None:
    schedule = told(HERS)
    night = b.ny("2026-06-16 21:30")
    PlannedReminder.objects.update(expires_at=b.ny("2026-06-17 09:30"))
    go_on(night)
    (reminder,) = b.reminders(schedule, visit__number=1)
    assert (reminder.state, reminder.due_at) == (ReminderState.PLANNED, b.ny("2026-06-17 08:00"))
    deliver(b.ny("2026-06-17 08:00"))
    assert addresses() == [HERS]
    assert "today" in Message.objects.latest("pk").body


def test_nothing_goes_on_after_its_time() -> None:
    schedule = told(HERS)
    (reminder,) = b.reminders(schedule, visit__number=1)
    follow_up(now=reminder.expires_at)
    deliver(reminder.expires_at)
    assert addresses() == []
    assert [task.title for task in b.open_tasks(TaskKind.UNREACHED)]


@pytest.mark.parametrize("deed", ["cancel", "move", "confirm_nothing"])
def test_what_is_no_longer_so_goes_to_nobody_else(deed: str) -> None:
    schedule = told(HERS)
    follow_up(now=DUE + SOON)
    visit = b.visit(schedule)
    if deed == "cancel":
        cancel_visit(visit, reason="ill", now=DUE + SOON)
    elif deed == "move":
        move_visit(visit, on=date(2026, 6, 24), clock=visit.clock, now=DUE + SOON)
    else:
        confirm_visit(visit, now=DUE + SOON)
    deliver(DUE + SOON)
    assert addresses() == ([HERS] if deed == "confirm_nothing" else [])


def test_a_number_with_a_fault_is_not_tried_at_all() -> None:
    texts_only()
    b.planned_schedule(family(b.MAILBOX))
    faults.note(Channel.SMS, b.PHONE, code="30005", words="unknown number", now=b.NOW)
    deliver(DUE)
    assert addresses() == [b.MAILBOX]


def test_what_waited_past_its_day_is_worded_anew_for_the_same_contact() -> None:
    told(HERS, b.MAILBOX)
    follow_up(now=DUE + SOON)
    PlannedReminder.objects.update(expires_at=b.ny("2026-06-17 09:30"))
    release_due(now=DUE + SOON)
    waiting = Message.objects.get(address=HERS)
    Message.objects.filter(pk=waiting.pk).update(status=Status.EXPIRED, reason="late", finished_at=waiting.expires_at)
    morning = b.ny("2026-06-17 08:00")
    assert follow_up(now=morning) == 0
    assert reword_stale(now=morning) == 1
    deliver(morning)
    assert addresses() == [HERS]


def test_a_mail_that_bounced_bothers_nobody_who_has_the_text() -> None:
    b.ladder()
    ReminderRule.objects.exclude(code="day_before").update(is_active=False)
    schedule = b.planned_schedule(family(HERS, b.MAILBOX))
    deliver(DUE)
    text, mail = Message.objects.get(channel="sms"), Message.objects.get(channel="email")
    Message.objects.filter(pk=mail.pk).update(status=Status.FAILED, reason="no mailbox", finished_at=DUE)
    assert go_on() == 0
    take(text.uuid, provider_id=text.provider_id, word="delivered", code="", now=DUE + SOON)
    assert go_on(DUE + 2 * SOON) == 1
    assert addresses() == [b.PHONE, b.MAILBOX]
    states = {r.channel: r.state for r in b.reminders(schedule, visit__number=1)}
    assert set(states.values()) == {ReminderState.RELEASED}


def test_text_and_mail_that_both_failed_go_on_to_one_contact_once() -> None:
    b.ladder()
    ReminderRule.objects.exclude(code="day_before").update(is_active=False)
    b.planned_schedule(family(HERS, b.MAILBOX))
    release_due(now=DUE)
    Message.objects.update(status=Status.FAILED, reason="nobody there", finished_at=DUE)
    assert go_on() == 2
    assert go_on(DUE + 2 * SOON) == 0
    assert addresses() == [HERS]


def test_when_all_were_tried_the_reminder_says_so_or_keeps_its_last_word() -> None:
    schedule = told(HERS, refusals=2)
    go_on()
    assert go_on(DUE + 2 * SOON) == 1
    (reminder,) = b.reminders(schedule, visit__number=1)
    assert reminder.message is not None
    assert (reminder.state, reminder.message.status) == (ReminderState.RELEASED, Status.FAILED)
    assert reminder.tries.count() == 2


def test_the_next_contact_that_says_no_meanwhile_is_not_written_to() -> None:
    schedule = told(HERS)
    follow_up(now=DUE + SOON)
    consent.record(HERS, Purpose.REMINDERS, granted=False, source="text", wording="STOP", now=DUE + SOON)
    deliver(DUE + SOON)
    assert addresses() == []
    assert b.reasons(schedule, visit__number=1) == {Reason.ALL_TRIED}
    assert b.open_tasks(TaskKind.NO_CONTACT)
