"""Each kind of reaction through the real client, the sandbox's carrier and its signed callbacks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from alerts.models import Alarm
from messaging import consent, dispatch, outbox
from messaging.domain.delivery import Purpose, Status, Urgency
from messaging.models import AddressFault, Message, Sender
from sandbox import testing as carrier
from tests.support.messages import PHONE, agree, draft

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])


@pytest.fixture(autouse=True)
def sandbox(live_server: Any, settings: Any) -> None:
    settings.PUBLIC_BASE_URL = live_server.url
    settings.TWILIO_API_BASE_URL = f"{live_server.url}/sandbox/twilio"


def send(address: str = PHONE, key: str = "k", **changes: Any) -> Message:
    """A text that is handed to the carrier, and the carrier's clock run until it has said all that it will say."""
    now = timezone.now()
    agree(address, now=now - timedelta(minutes=1))
    times = {"due_at": now, "expires_at": now + timedelta(hours=6)}
    stored = outbox.enqueue([draft(key, address=address, **times | changes)], now=now)
    message = stored[key]
    dispatch.run(Urgency(message.urgency), clock=timezone.now, worker="worker:1")
    carrier.advance_all(post=carrier.through(Client()))
    message.refresh_from_db()
    return message


def what_followed() -> dict[str, object]:
    return {
        "fault": AddressFault.objects.filter(cleared_at=None).exists(),
        "stopped": Sender.objects.filter(held_since__isnull=False).exists(),
        "told": Alarm.objects.filter(closed_at=None).exists(),
        "agreed": consent.state(PHONE, Purpose.REMINDERS),
    }


CALM = {"fault": False, "stopped": False, "told": False, "agreed": True}


@pytest.mark.parametrize(
    ("code", "status", "followed"),
    [
        (30003, Status.PLANNED, {}),
        (30017, Status.PLANNED, {}),
        (30004, Status.UNDELIVERED, {}),
        (30005, Status.UNDELIVERED, {"fault": True}),
        (30007, Status.UNDELIVERED, {"told": True}),
        (63014, Status.UNDELIVERED, {"agreed": False}),
        (30002, Status.PLANNED, {"stopped": True, "told": True}),
        (39999, Status.PLANNED, {"told": True}),
    ],
)
def test_what_is_said_later_leads_to_its_reaction(code: int, status: Status, followed: dict[str, object]) -> None:
    ending = "failed" if code == 30002 else "undelivered"
    carrier.switch_off(PHONE, status=ending, code=code)
    message = send()
    assert (message.status, message.error_code) == (status, str(code))
    assert what_followed() == CALM | followed


@pytest.mark.parametrize("code", [30003, 30002, 39999])
def test_an_urgent_page_never_waits_for_another_try(code: int) -> None:
    carrier.switch_off(PHONE, code=code)
    message = send(urgency=Urgency.URGENT, purpose=Purpose.PAGES)
    assert (message.status, message.error_code) == (Status.UNDELIVERED, str(code))


@pytest.mark.parametrize(
    ("address", "code", "status", "followed"),
    [
        ("+15005550009", "21614", Status.FAILED, {"fault": True}),
        ("+15005550001", "21211", Status.FAILED, {"fault": True}),
        ("+15005550002", "21612", Status.FAILED, {}),
        ("+15005550003", "21408", Status.FAILED, {"told": True}),
        ("+15005550004", "21610", Status.SUPPRESSED, {}),
    ],
)
def test_what_is_refused_at_once_leads_to_its_reaction(
    address: str, code: str, status: Status, followed: dict[str, object]
) -> None:
    agree(PHONE, now=timezone.now())
    message = send(address)
    assert (message.status, message.error_code) == (status, code)
    assert what_followed() == CALM | followed
    assert consent.state(address, Purpose.REMINDERS) is (code != "21610")


def test_a_sender_that_cannot_send_is_stopped_and_its_queue_kept() -> None:
    message = send(sender="+15005550007")
    assert (message.status, message.error_code) == (Status.PLANNED, "21606")
    assert what_followed() == CALM | {"stopped": True, "told": True}


def test_a_phone_that_is_on_again_gets_the_text_of_the_second_try_and_only_that() -> None:
    carrier.switch_off(PHONE, code=30003)
    message = send()
    Message.objects.filter(pk=message.pk).update(due_at=timezone.now())
    carrier.switch_off(PHONE, status="delivered", code=None)
    dispatch.run(Urgency.ORDINARY, clock=timezone.now, worker="worker:1")
    carrier.advance_all(post=carrier.through(Client()))
    message.refresh_from_db()
    assert (message.status, message.attempts) == (Status.DELIVERED, 2)
    assert [text.status for text in carrier.texts_to(PHONE)] == ["undelivered", "delivered"]
    assert list(message.tries.values_list("outcome", flat=True)) == ["returned", "accepted"]


def test_a_second_text_to_a_dead_number_does_not_reach_the_carrier() -> None:
    carrier.switch_off(PHONE, code=30005)
    send(key="first")
    second = send(key="second")
    assert (second.status, second.error_code) == (Status.FAILED, "30005")
    assert len(carrier.texts_to(PHONE)) == 1
