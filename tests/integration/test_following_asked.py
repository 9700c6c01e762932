"""Of what did not reach a patient coordinators are asked once, with what was tried; and who is asked may answer."""

from __future__ import annotations

import pytest

from messaging import consent
from messaging.channels.base import PermanentFailure
from messaging.channels.memory import Memory
from messaging.dispatch import run
from messaging.domain.delivery import Purpose, Urgency
from messaging.inbound import Arrival, receive
from messaging.models import Message
from messaging.receipts import take
from patients.models import TaskKind
from reminders.following import follow_up
from reminders.models import PlannedReminder, ReminderRule
from reminders.release import release_due
from reminders.services import cancel_visit
from reminders.unreached import retell
from tests.support import builders as b
from tests.support.families import (
    DUE,
    HER_MAIL,
    HERS,
    REFUSED,
    SECOND,
    SOON,
    addresses,
    deliver,
    family,
    go_on,
    texts_only,
    told,
)
from tests.support.messages import HandClock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]


def test_who_has_not_agreed_is_never_the_next() -> None:
    texts_only()
    patient = b.patient(b.PHONE)
    b.contact(patient, SECOND, agrees=False)
    b.planned_schedule(patient)
    Memory.failures.append(REFUSED)
    deliver(DUE)
    go_on()
    assert addresses() == []
    (task,) = b.open_tasks(TaskKind.UNREACHED)
    assert task.title == "A text about the visit of 2026-06-17 did not arrive: find another way"


def test_the_task_says_what_was_tried_and_what_worked() -> None:
    told(SECOND, HERS, refusals=2)
    follow_up(now=DUE + SOON)
    (task,) = b.open_tasks(TaskKind.UNREACHED)
    assert task.title.endswith("did not arrive: another contact is next")
    deliver(DUE + SOON)
    go_on(DUE + 2 * SOON)
    message = Message.objects.latest("pk")
    take(message.uuid, provider_id=message.provider_id, word="delivered", code="", now=DUE + 3 * SOON)
    assert retell(now=DUE + 3 * SOON) == 1
    (task,) = b.open_tasks(TaskKind.UNREACHED)
    assert task.title == (
        "A text about the visit of 2026-06-17 did not arrive; it went as a text to the phone of Ana Luz"
    )
    assert task.detail.splitlines() == [
        "day_before: text to the patient's phone 1: failed (no such number)",
        "day_before: text to the patient's phone 2: failed (no such number)",
        "day_before: text to the phone of Ana Luz: delivered",
    ]
    assert retell(now=DUE + 3 * SOON) == 0


def test_an_opt_out_at_the_carrier_goes_on_and_asks_once_a_day() -> None:
    b.ladder()
    ReminderRule.objects.update(channels=["sms"])
    schedule = b.planned_schedule(family(b.MAILBOX))
    Memory.failures.append(PermanentFailure("21610", "opted out", opted_out=True))
    deliver(DUE)
    go_on()
    two_hours = b.ny("2026-06-17 07:30")
    PlannedReminder.objects.filter(rule__code="two_hours").update(expires_at=b.visit(schedule).at)
    deliver(b.ny("2026-06-17 08:30"))
    go_on(b.ny("2026-06-17 08:31"))
    assert two_hours < b.visit(schedule).at
    assert set(addresses()) == {b.MAILBOX}
    assert len(addresses()) == 2
    assert len(b.open_tasks(TaskKind.OPT_OUT)) == 1
    assert b.open_tasks(TaskKind.UNREACHED) == []


@pytest.mark.parametrize(("also", "phone"), [([b.MAILBOX], 0), ([], 1)])
def test_a_no_on_a_form_goes_on_to_another_and_where_there_is_none_somebody_phones(also: list[str], phone: int) -> None:
    texts_only()
    b.planned_schedule(family(*also))
    release_due(now=DUE)
    consent.record(b.PHONE, Purpose.REMINDERS, granted=False, source="form", wording="no", now=DUE)
    run(Urgency.ORDINARY, clock=HandClock(DUE), worker="w")
    go_on()
    assert addresses() == also
    assert len(b.open_tasks(TaskKind.NO_CONTACT)) == phone
    assert b.open_tasks(TaskKind.OPT_OUT) == []


def test_an_answer_counts_from_a_phone_that_was_said_not_to_have_it() -> None:
    b.ladder()
    schedule = b.planned_schedule(family(HERS))
    asked = b.ny("2026-06-15 10:00")
    Memory.failures.append(REFUSED)
    deliver(asked)
    go_on(asked + SOON)
    assert addresses() == [HERS]
    arrival = Arrival(provider_id="SM1", from_address=b.PHONE, to_address="+12025550100", body="1")
    receive(arrival, now=asked + 2 * SOON)
    assert b.visit(schedule).confirmed_at == asked + 2 * SOON


@pytest.mark.parametrize(
    ("address", "words"), [(HERS, "the person you care for is"), (HER_MAIL, "The person you care")]
)
def test_a_caregiver_is_spoken_to_as_one(address: str, words: str) -> None:
    told(address)
    go_on()
    message = Message.objects.get(address=address)
    assert words in message.body
    assert message.template == "visit_day_before_caregiver"
    assert "Luz" not in message.subject + message.body


def test_nobody_is_asked_about_a_visit_that_is_off() -> None:
    texts_only()
    schedule = b.planned_schedule(family(HERS))
    deliver(DUE)
    cancel_visit(b.visit(schedule), reason="ill", now=DUE)
    message = Message.objects.get()
    take(message.uuid, provider_id=message.provider_id, word="undelivered", code="30006", now=DUE)
    go_on()
    assert addresses() == [b.PHONE]
    assert b.open_tasks(TaskKind.UNREACHED) == []
