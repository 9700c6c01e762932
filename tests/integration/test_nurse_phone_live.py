"""A nurse's telephone at the stand-in carrier: it rings and speaks, she presses a key; it buzzes, she texts a code."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from alerts.domain.words import AlertState
from alerts.models import Alert, AlertEvent
from messaging import dispatch
from messaging.domain.delivery import Urgency
from sandbox import carrier as switchboard
from sandbox import telephone, testing
from sandbox.models import Call
from tests.support import nurses
from tests.support.nurses import Ward, code_of, page_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])


@pytest.fixture
def ward(settings: Any, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Ward:
    settings.TWILIO_API_BASE_URL = f"{live_server.url}/sandbox/twilio"
    monkeypatch.setattr("messaging.outbox.wake", lambda *_: None)
    return nurses.ward()


@pytest.fixture
def alert(ward: Ward) -> Alert:
    made = ward.alert(now=timezone.now())
    send()
    return made


def send() -> None:
    dispatch.run(Urgency.URGENT, clock=timezone.now, worker="worker:1")


def ringing() -> Call:
    """Her call once she has picked up and heard what it says."""
    now = timezone.now()
    for _ in range(20):
        call = Call.objects.select_related("phone").get()
        if call.asks:
            return call
        now += timedelta(seconds=1)
        switchboard.advance(now)
        testing.deliver_callbacks(now)
    raise AssertionError("the call never asked for a key")


def press(key: str) -> Call:
    call = ringing()
    assert telephone.press(call, key, now=timezone.now())
    testing.deliver_callbacks(timezone.now() + timedelta(seconds=30))
    return Call.objects.get()


def test_a_key_in_the_call_takes_it_and_the_voice_says_what_is_next(ward: Ward, alert: Alert) -> None:
    call = press("1")
    alert.refresh_from_db()
    assert (alert.state, alert.owner) == (AlertState.ACCEPTED, ward.ana)
    assert call.said.count("Press 1 to take it.") == 2
    assert "You have taken it. Call the patient with the initials R. L. now." in call.said
    assert not call.asks


def test_another_key_says_it_again_and_two_passes_it_on(ward: Ward, alert: Alert) -> None:
    assert press("9").asks
    assert "It is passed on." in press("2").said
    assert alert.pages.filter(responder=ward.bea, channel="voice").exists()


def test_a_call_that_a_mailbox_takes_leaves_the_alert_open(ward: Ward, alert: Alert) -> None:
    before = AlertEvent.objects.count()
    testing.advance_all()
    alert.refresh_from_db()
    assert Call.objects.get().status == "completed"
    assert (alert.state, alert.owner_id, AlertEvent.objects.count()) == (AlertState.PAGED, None, before)
    page = page_of(alert, ward.ana, "voice")
    assert page.message.status == "delivered"


def test_a_text_with_the_code_comes_back_as_an_answer(ward: Ward, alert: Alert) -> None:
    (text,) = testing.bodies_to(ward.ana.phone)
    assert f"text {code_of(alert, ward.ana)}" in text
    testing.reply(ward.ana.phone, f"ok {code_of(alert, ward.ana).lower()}")
    send()
    alert.refresh_from_db()
    assert alert.owner == ward.ana
    assert "is yours. Call now" in testing.bodies_to(ward.ana.phone)[-1]
