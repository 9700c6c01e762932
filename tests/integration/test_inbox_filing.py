"""Every text stands in a conversation, and each conversation knows since when somebody waits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from alerts.models import NurseReview
from inbox import filing, ledger
from inbox.domain.words import Disposition
from inbox.models import Thread, ThreadText
from messaging import inbound
from messaging.models import InboundMessage
from patients.models import CoordinatorTask, TaskKind
from tests.support import builders as make
from tests.support.inbox import asks, thread_of
from tests.support.red_flags import NOW, on_call, sign_everything, text

pytestmark = pytest.mark.django_db
OTHER = "+12025550112"
MORNING = make.NOW


def test_it_waits_from_the_first_unanswered_text_with_four_working_hours() -> None:
    rosa = make.patient(make.PHONE)
    asks(make.PHONE, now=MORNING)
    asks(make.PHONE, "where do i leave my car", now=MORNING + make.HOUR)
    thread = thread_of(rosa)
    assert (thread.waiting_since, thread.due_at) == (MORNING, MORNING + 4 * make.HOUR)
    assert (thread.unread, thread.last_at, thread.address) == (2, MORNING + make.HOUR, make.PHONE)


def test_it_closes_at_once_what_was_understood() -> None:
    rosa = make.patient(make.PHONE)
    text("STOP", now=MORNING)
    filed = ThreadText.objects.get(thread=thread_of(rosa))
    assert (filed.disposition, filed.closed_at) == (Disposition.CONSENT_CHANGED, MORNING)
    assert (thread_of(rosa).waiting_since, thread_of(rosa).unread) == (None, 0)


def test_it_leaves_a_red_flag_to_its_nurse() -> None:
    on_call()
    sign_everything()
    rosa = make.patient(make.PHONE)
    text("i cant feel my legs since this morning")
    assert ThreadText.objects.get().disposition == Disposition.RED_FLAG
    assert thread_of(rosa).waiting_since is None


def test_it_files_a_text_of_a_shared_phone_with_both() -> None:
    rosa, ben = make.patient(make.PHONE), make.patient(make.PHONE, given_name="Ben")
    asks(make.PHONE)
    for patient in (rosa, ben):
        assert thread_of(patient).waiting_since == NOW
        assert thread_of(patient).texts.get().shared


def test_it_files_what_came_by_somebodys_own_page_with_her_alone() -> None:
    make.patient(make.PHONE)
    ben = make.patient(make.PHONE, given_name="Ben")
    arrival = inbound.Arrival(
        provider_id="page-1",
        from_address=make.PHONE,
        to_address="",
        body="what should i bring",
        source="page",
        on_behalf_of=str(ben.pk),
    )
    inbound.receive(arrival, now=NOW)
    assert ThreadText.objects.get().thread.patient == ben
    assert not ThreadText.objects.get().shared


@pytest.mark.parametrize("whose", ["0", "99999999999999999999", "abc", "²"])
def test_it_goes_by_the_number_where_the_name_is_nobodys(whose: str) -> None:
    rosa = make.patient(make.PHONE)
    arrival = inbound.Arrival(
        provider_id="page-1", from_address=make.PHONE, to_address="", body="what to bring", on_behalf_of=whose
    )
    inbound.receive(arrival, now=NOW)
    assert ThreadText.objects.get().thread.patient == rosa


def test_it_keeps_one_conversation_for_each_number_that_nobody_knows() -> None:
    make.clinic()
    asks(OTHER, "hello")
    asks(OTHER, "is anybody there")
    thread = Thread.objects.get()
    assert (thread.patient, thread.address, thread.texts.count()) == (None, OTHER, 2)
    assert thread.waiting_since == NOW


def test_the_sweep_files_what_a_broken_handler_left_and_the_command_all_of_before() -> None:
    rosa = make.patient(make.PHONE)
    asks(make.PHONE)
    ThreadText.objects.all().delete()
    Thread.objects.all().delete()
    old = InboundMessage.objects.create(
        provider_id="SMold",
        from_address=make.PHONE,
        to_address="",
        body="hello",
        received_at=NOW - timedelta(days=90),
        handled_at=NOW - timedelta(days=90),
        disposition="inbox",
    )
    assert filing.file_all(now=NOW) == 2
    assert filing.file_all(now=NOW) == 0
    call_command("file_texts")
    assert ThreadText.objects.get(inbound=old).disposition == Disposition.UNDERSTOOD
    assert thread_of(rosa).waiting_since == NOW
    assert ledger.ledger(now=NOW + timedelta(days=1)) == ledger.Ledger(1, 1, 0)


def test_a_text_whose_task_was_done_before_it_was_filed_waits_for_nobody() -> None:
    rosa = make.patient(make.PHONE)
    asks(make.PHONE)
    Thread.objects.all().delete()
    NurseReview.objects.update(done_at=NOW, outcome="Phoned")
    CoordinatorTask.objects.filter(kind=TaskKind.UNREAD_REPLY).update(done_at=NOW)
    filing.file_all(now=NOW)
    assert ThreadText.objects.get().disposition == Disposition.ELSEWHERE
    assert thread_of(rosa).waiting_since is None
