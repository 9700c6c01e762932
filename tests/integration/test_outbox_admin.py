"""What staff see of messages: everything that happened, nothing to change, no query per row."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from messaging import dispatch, receipts
from messaging.channels.base import TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Urgency
from messaging.models import InboundMessage, Message
from tests.support.messages import NOW, PHONE, HandClock, agree, draft, mail, outbox_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("admin", password="pw"))
    return client


@pytest.fixture
def told(memory: type[Memory], clock: HandClock) -> Message:
    """A message with a story: one try that failed, one that did not, two receipts."""
    (message,) = outbox_with(draft())
    memory.failures.append(TransientFailure("30017", "busy"))
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="w")
    clock.move(minutes=1)
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="w")
    message.refresh_from_db()
    for word in ("sent", "undelivered"):
        receipts.take(message.uuid, provider_id=message.provider_id, word=word, code="30006", now=clock())
    message.refresh_from_db()
    return message


def page(client: Client, path: str, **query: Any) -> str:
    response = client.get(f"/admin/messaging/{path}", query, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_says_where_each_message_stands_and_why(staff: Client, told: Message) -> None:
    html = page(staff, "message/")
    assert "undelivered" in html
    assert "a landline" in html
    assert "30006" in html


def test_a_message_shows_its_tries_and_receipts(staff: Client, told: Message) -> None:
    html = page(staff, f"message/{told.pk}/change/")
    for expected in (told.body, "transient", "accepted", "30017", "undelivered", told.provider_id, str(told.uuid)):
        assert expected.lower() in html.lower()


@pytest.mark.parametrize("by", ["address", "key", "uuid", "provider_id"])
def test_it_is_found_by(staff: Client, told: Message, by: str) -> None:
    agree("+12025550188")
    outbox_with(draft("elsewhere", address="+12025550188", body="Another text."))
    html = page(staff, "message/", q=str(getattr(told, by)))
    assert f"/message/{told.pk}/change/" in html
    assert "+12025550188" not in html


@pytest.mark.parametrize("odd", ["%", "'", "\x00", "x" * 5000, "00000000-0000-0000-0000-00000000000g"])
def test_an_odd_search_is_no_error(staff: Client, told: Message, odd: str) -> None:
    assert staff.get("/admin/messaging/message/", {"q": odd}, follow=True).status_code == 200


@pytest.mark.parametrize("model", ["message", "inboundmessage", "consentevent"])
def test_nothing_can_be_added(staff: Client, model: str) -> None:
    assert staff.get(f"/admin/messaging/{model}/add/").status_code == 403


def test_nothing_can_be_changed_or_deleted(staff: Client, told: Message) -> None:
    assert staff.post(f"/admin/messaging/message/{told.pk}/change/", {"body": "x"}).status_code == 403
    assert staff.post(f"/admin/messaging/message/{told.pk}/delete/", {"post": "yes"}).status_code == 403
    told.refresh_from_db()
    assert told.body == "Your visit is tomorrow at 9:30."


@pytest.mark.parametrize("model", ["message", "inboundmessage", "consentevent"])
def test_a_longer_list_costs_no_more_queries(staff: Client, model: str) -> None:
    def fill(start: int, count: int) -> None:
        for number in range(start, start + count):
            InboundMessage.objects.create(
                provider_id=f"SM{number}", from_address=PHONE, to_address="", body="Hi", received_at=NOW
            )
            outbox_with(draft(f"k{number}"), mail(f"m{number}"))

    fill(0, 2)
    page(staff, f"{model}/")
    with CaptureQueriesContext(connection) as few:
        page(staff, f"{model}/")
    fill(2, 12)
    with CaptureQueriesContext(connection) as many:
        page(staff, f"{model}/")
    assert len(many) == len(few)


def test_a_text_and_the_ledger_are_shown(staff: Client) -> None:
    text = InboundMessage.objects.create(
        provider_id="SM1", from_address=PHONE, to_address="", body="my <b>back</b> hurts", received_at=NOW
    )
    agree(PHONE)
    assert "my &lt;b&gt;back&lt;/b&gt; hurts" in page(staff, "inboundmessage/")
    assert "unread" in page(staff, "inboundmessage/")
    assert "hurts" in page(staff, f"inboundmessage/{text.pk}/change/")
    assert PHONE in page(staff, "consentevent/")
