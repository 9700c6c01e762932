"""A warning that reached nobody goes to the next contact that agreed, once; at the end somebody is asked to phone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from alerts.domain.warning_words import WarningState
from alerts.models import PlannedWarning, WarningTry
from alerts.warnings import release
from alerts.warnings.following import follow_up
from messaging import faults
from messaging.domain.delivery import Channel, Status
from messaging.models import Message
from patients.models import TaskKind
from tests.support import builders as make
from tests.support.admin_pages import Desk, superuser
from tests.support.builders import MAILBOX, NOW, PHONE
from tests.support.warnings import MORNING, enrolled, only_rule, plan_and_release

pytestmark = pytest.mark.django_db
SOON = MORNING + timedelta(seconds=20)


@pytest.fixture(autouse=True)
def _rules(db: None) -> None:
    only_rule()


def lose() -> None:
    """What is in the outbox comes back."""
    Message.objects.filter(status=Status.PLANNED).update(
        status=Status.FAILED, reason="no such number", finished_at=MORNING
    )


def go_on() -> int:
    """The sweep that follows up, and the release."""
    followed = follow_up(now=SOON)
    release.release_due(now=SOON)
    return followed


def sent_to() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("address", flat=True))


def test_it_goes_on_to_the_next_contact_and_when_none_is_left_a_person_phones() -> None:
    enrolled(PHONE, MAILBOX)
    plan_and_release()
    lose()
    assert [go_on(), go_on()] == [1, 0]
    assert sent_to() == [PHONE, MAILBOX]
    assert Message.objects.get(address=MAILBOX).subject
    (task,) = make.open_tasks(TaskKind.UNREACHED)
    assert task.title == "A warning (test) did not arrive: another contact is next, check this one"
    lose()
    assert [go_on(), go_on()] == [1, 0]
    assert sent_to() == [PHONE, MAILBOX]
    (task,) = make.open_tasks(TaskKind.UNREACHED)
    assert task.title == "A warning (test) did not arrive: phone the patient and tell her"
    assert WarningTry.objects.count() == 2
    assert PlannedWarning.objects.get().state == WarningState.RELEASED


def test_a_number_with_a_fault_is_passed_over() -> None:
    enrolled(PHONE, MAILBOX)
    faults.note(Channel.SMS, PHONE, code="30005", words="unknown number", now=NOW)
    plan_and_release()
    assert sent_to() == [MAILBOX]


def test_what_arrived_is_left_alone() -> None:
    enrolled(PHONE, MAILBOX)
    plan_and_release()
    assert go_on() == 0
    assert sent_to() == [PHONE]


def test_an_opt_out_goes_on_without_a_task_of_its_own() -> None:
    enrolled(PHONE, MAILBOX)
    plan_and_release()
    Message.objects.update(status=Status.SUPPRESSED, reason="opted out", finished_at=MORNING)
    assert go_on() == 1
    assert sent_to() == [PHONE, MAILBOX]
    assert make.open_tasks(TaskKind.UNREACHED) == []


def test_nothing_goes_on_when_its_time_is_over() -> None:
    enrolled(PHONE, MAILBOX)
    plan_and_release()
    lose()
    PlannedWarning.objects.update(expires_at=SOON)
    assert go_on() == 1
    assert sent_to() == [PHONE]
    assert "phone the patient" in make.open_tasks(TaskKind.UNREACHED)[0].title


def test_every_try_is_seen_on_the_patients_page(client: Client) -> None:
    patient = enrolled(PHONE, MAILBOX)
    plan_and_release()
    lose()
    go_on()
    client.force_login(superuser())
    page = Desk(client).see(f"patients/patient/{patient.pk}/change/")
    assert "before that, text: failed (no such number)" in page
