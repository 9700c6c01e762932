"""The inbox as staff walk it: who waits, what was said, answering, closing, handing over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from alerts.models import NurseReview
from inbox.domain.words import Disposition
from inbox.models import StaffAnswer, Thread, ThreadText
from messaging import faults
from messaging.domain.delivery import Channel
from messaging.models import InboundMessage, Message
from patients.models import CoordinatorTask, TaskKind
from tests.support import builders as make
from tests.support.admin_pages import Desk, errors
from tests.support.flag_desk import at_desk, staff
from tests.support.inbox import QUESTION, asks, thread_of
from tests.support.red_flags import on_call, sign_everything

pytestmark = pytest.mark.django_db
INBOX = "inbox/thread/"
OTHER = "+12025550112"


@pytest.fixture
def desk() -> Desk:
    """A coordinator."""
    return at_desk(staff("cora", "Coordinators"))


def waits(minutes: float = 5, *, phone: str = make.PHONE, name: str = "Luz", body: str = QUESTION) -> Thread:
    """A patient who has written and waits."""
    patient = make.patient(phone, family_name=name)
    asks(phone, body, now=timezone.now() - timedelta(minutes=minutes))
    return thread_of(patient)


def path(thread: Thread) -> str:
    return f"{INBOX}{thread.pk}/change/"


def answer(desk: Desk, thread: Thread, words: str, **more: Any) -> Any:
    fields = {"act": "answer", "words": words, "to": thread.address, "then": "keep"}
    return desk.send(path(thread), **fields | {"form": "3e8e1fb8-0000-4000-8000-000000000001"} | more)


def test_who_waits_longest_stands_first_and_who_is_late_is_told(desk: Desk) -> None:
    waits(5, name="Later", phone=OTHER)
    late = waits(30, name="Longest")
    Thread.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    html = desk.see(INBOX)
    assert html.index("Longest, Rosa") < html.index("Later, Rosa")
    assert html.count(">overdue<") == 1
    assert "2, 1 late" in html
    assert 'data-open="2"' in desk.see(INBOX, live="1")


def test_it_shows_mine_nobodys_and_all(desk: Desk) -> None:
    first, second = waits(name="Longest"), waits(name="Later", phone=OTHER)
    desk.send(path(first), act="assign", to=str(desk_user("cora")))
    assert "Longest" in desk.see(INBOX, show="mine")
    assert "Later" not in desk.see(INBOX, show="mine")
    assert "Longest" not in desk.see(INBOX, show="unassigned")
    desk.send(path(second), act="close", disposition="phoned")
    assert "Later" not in desk.see(INBOX)
    assert "Later" in desk.see(INBOX, show="all")
    assert "Later" in desk.see(INBOX, show="all", q="later")
    assert "Longest" not in desk.see(INBOX, show="all", q="later")
    for nonsense in ("x", "2026-13-45T00:00:00Z,1", ",", "2026-01-01T00:00:00,1"):
        desk.see(INBOX, after=nonsense, show=nonsense, clinic=nonsense)


def desk_user(name: str) -> int:
    return int(get_user_model().objects.get(username=name).pk)


def test_it_leafs_by_the_last_row_and_asks_no_more_for_more_rows(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    clinic, now = make.clinic(), timezone.now()
    Thread.objects.bulk_create(
        Thread(
            clinic=clinic,
            address=f"+1202555{number:04}",
            last_at=now,
            waiting_since=now - timedelta(minutes=number),
            due_at=now + timedelta(hours=3),
        )
        for number in range(70)
    )
    with django_assert_max_num_queries(9):
        html = desk.see(INBOX, live="1")
    assert html.count("talk-") - html.count("talk-late") >= 50
    after = html.split("after=")[1].split('"')[0]
    rest = desk.see(INBOX, live="1", after=unquote(after))
    assert rest.count("data-since") == 20
    assert "talks-more" not in rest


def test_an_answer_leaves_once_however_often_its_form_is_sent(desk: Desk) -> None:
    thread = waits()
    assert "Sent to (202) 555-0111" in desk.told(answer(desk, thread, "Bring your list of pills — and a “snack”."))
    answer(desk, thread, "Bring your list of pills — and a “snack”.")
    message = StaffAnswer.objects.get().message
    assert (message.body, message.purpose) == ('Bring your list of pills - and a "snack".', "replies")
    assert "Other words" in errors(answer(desk, thread, "Something else"))["__all__"][0]
    html = desk.see(path(thread))
    assert "cora, text to" in html
    assert "waits to be sent" in html


def test_sending_and_closing_ends_what_was_shown_and_not_what_came_meanwhile(desk: Desk) -> None:
    thread = waits()
    shown = ThreadText.objects.latest("pk")
    asks(make.PHONE, "where do i leave my car", now=timezone.now())
    answer(desk, thread, "Yes.", then="close", until=str(shown.inbound_id))
    shown.refresh_from_db()
    thread.refresh_from_db()
    assert (shown.disposition, shown.closed_by_id) == (Disposition.ANSWERED, desk_user("cora"))
    assert thread.waiting_since is not None
    tasks = CoordinatorTask.objects.filter(kind=TaskKind.UNREAD_REPLY)
    assert tasks.filter(key__endswith=f":{thread.patient_id}", done_at__isnull=False).count() <= 1


def test_a_number_that_opted_out_is_phoned_and_the_draft_stays(desk: Desk) -> None:
    thread = waits()
    asks(make.PHONE, "STOP", now=timezone.now())
    refused = answer(desk, thread, "Bring your pills")
    assert "has opted out of messages. Phone instead: (202) 555-0111" in refused.content.decode()
    assert "Bring your pills</textarea>" in refused.content.decode()
    assert not StaffAnswer.objects.exists()


def test_a_number_that_does_not_work_is_not_written_to(desk: Desk) -> None:
    thread = waits()
    faults.note(Channel.SMS, make.PHONE, code="30005", words="unknown handset", now=timezone.now())
    assert "does not work (unknown handset)" in errors(answer(desk, thread, "Hello"))["__all__"][0]


def test_nobody_writes_while_a_red_flag_is_open() -> None:
    on_call(now=timezone.now())
    sign_everything(now=timezone.now())
    desk = at_desk(staff("cora", "Coordinators"))
    thread = waits(body="i cant feel my legs since this morning")
    assert "red flag: " in desk.see(path(thread))
    assert "the nurse who has it phones" in errors(answer(desk, thread, "Hello"))["__all__"][0]
    assert not Message.objects.filter(key__startswith="answer:").exists()


def test_a_long_answer_is_refused_by_its_parts(desk: Desk) -> None:
    thread = waits()
    assert "5 texts long, 4 at most" in errors(answer(desk, thread, "x" * 620))["__all__"][0]
    assert errors(answer(desk, thread, " "))["words"] == ["Write something."]
    assert "to" in errors(answer(desk, thread, "Hello", to="+12025550199"))


def test_closing_ends_the_task_and_the_nurses_reading_where_the_login_may() -> None:
    on_call(now=timezone.now())
    sign_everything(now=timezone.now())
    thread = waits(body="my knee kinda aches like usual")
    coordinator, nurse = at_desk(staff("cora", "Coordinators")), at_desk(staff("nadia", "Nurses"))
    assert errors(coordinator.send(path(thread), act="close", disposition="understood"))["disposition"]
    assert "stays in the nurse" in coordinator.told(
        coordinator.send(path(thread), act="close", disposition="phoned", note="All is well", others="on")
    )
    assert NurseReview.objects.get().done_at is None
    assert "already" in errors(nurse.send(path(thread), act="close", disposition="phoned"))["__all__"][0]
    asks(make.PHONE, "my knee still kinda aches", now=timezone.now())
    nurse.send(path(thread), act="close", disposition="phoned", note="Usual ache")
    last = NurseReview.objects.latest("pk")
    assert (last.outcome, last.done_by_id) == ("Phoned: Usual ache", desk_user("nadia"))
    assert not CoordinatorTask.objects.filter(kind=TaskKind.UNREAD_REPLY, done_at__isnull=True).exists()
    thread.refresh_from_db()
    assert (thread.waiting_since, thread.unread) == (None, 0)


def test_a_shared_phone_is_told_and_closing_holds_for_both_unless_said_otherwise(desk: Desk) -> None:
    ben = make.patient(make.PHONE, given_name="Ben", family_name="Ode")
    thread = waits()
    html = desk.see(path(thread))
    assert "Shared phone: ask who is speaking" in html
    assert "Ode, Ben" in html
    desk.send(path(thread), act="close", disposition="phoned")
    assert thread_of(ben).waiting_since is not None
    asks(make.PHONE, now=timezone.now())
    desk.send(path(thread), act="close", disposition="phoned", others="on")
    thread.refresh_from_db()
    assert (thread.waiting_since, ThreadText.objects.filter(closed_at__isnull=True).count()) == (None, 1)


def test_a_red_flag_goes_to_the_page_that_raises_it_or_before_a_nurse() -> None:
    on_call(now=timezone.now())
    thread = waits(body="what should i bring")
    InboundMessage.objects.update(disposition="inbox")
    coordinator, nurse = at_desk(staff("cora", "Coordinators")), at_desk(staff("nadia", "Nurses"))
    told = coordinator.told(coordinator.send(path(thread), act="close", disposition="red_flag", note="sounds odd"))
    assert "within 15 minutes" in told
    review = NurseReview.objects.get()
    assert review.due_at < timezone.now() + timedelta(minutes=16)
    went = nurse.send(path(thread), act="close", disposition="red_flag")
    assert went["Location"].startswith(f"/admin/alerts/nursereview/{review.pk}/raise/?next=")
    assert ThreadText.objects.get().closed_at is None


def test_what_was_done_elsewhere_is_closed_here_when_somebody_looks(desk: Desk) -> None:
    thread = waits()
    done = {"done_at": timezone.now(), "outcome": "Phoned her"}
    NurseReview.objects.update(**done)
    CoordinatorTask.objects.filter(kind=TaskKind.UNREAD_REPLY).update(**done)
    assert "Phoned her" in desk.see(path(thread))
    assert ThreadText.objects.get().disposition == Disposition.ELSEWHERE


def test_looking_makes_it_read_and_no_raw_code_is_shown(desk: Desk) -> None:
    thread = waits()
    InboundMessage.objects.update(media_count=2)
    html = desk.see(path(thread))
    assert "2 pictures, kept by the carrier" in html
    assert not [code for code in ("nurse_inbox", "move_asked", "text_received") if code in html]
    thread.refresh_from_db()
    assert thread.unread == 0
    assert "Waits for a person" in html or "For a nurse to read" in html


def test_hostile_words_are_only_words(desk: Desk) -> None:
    thread = waits(body="<script>alert('x')</script> what should i bring")
    assert "<script>alert(" not in desk.see(path(thread))
    assert "<script>alert(" not in desk.see(INBOX)


def test_who_may_not_sees_nothing() -> None:
    thread = waits()
    stranger = at_desk(staff("sam", "Managers"))
    get_user_model().objects.get(username="sam").groups.clear()
    for page in (INBOX, path(thread)):
        assert stranger.client.get(f"/admin/{page}").status_code == 403
