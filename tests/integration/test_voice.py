"""A call from the outbox to the phone: placed, rung, told about; that somebody picked up proves nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from messaging import dispatch, outbox, receipts, reconcile
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.models import Message
from sandbox import testing as carrier
from sandbox.models import Call
from tests.support import signing
from tests.support.messages import NOW, PHONE, HandClock, draft

ANSWER = "/webhooks/twilio/voice/9f2c/"
SCRIPT = '<Response><Gather action="/webhooks/twilio/voice/9f2c/"><Say>Press 1 to take it.</Say></Gather></Response>'


def call(key: str = "page-1", **changes: Any) -> outbox.Draft:
    wanted: dict[str, Any] = {
        "channel": Channel.VOICE,
        "purpose": Purpose.PAGES,
        "urgency": Urgency.URGENT,
        "body": "María, señal de alarma. Press 1.",
        "answer_path": ANSWER,
    }
    return draft(key, **wanted | changes)


def only() -> Message:
    return Message.objects.get()


@pytest.mark.django_db
class TestHandingOver:
    def test_the_carrier_is_told_where_the_words_are(self, memory: type[Memory], clock: HandClock) -> None:
        outbox.enqueue([call()], now=NOW)
        dispatch.run(Urgency.URGENT, clock=clock, worker="worker:1")
        ((_, sent),) = memory.taken
        assert sent.answer_url == f"https://clinic.example{ANSWER}"
        assert (only().body, only().segments) == ("María, señal de alarma. Press 1.", 0), "neither folded nor counted"

    @pytest.mark.parametrize(
        ("alerts", "reminders", "chosen"),
        [
            ("+12025550101", "+12025550100", "+12025550101"),
            ("MG" + "a" * 32, "+12025550100", "+12025550100"),
        ],
    )
    def test_it_leaves_by_a_number_since_a_messaging_service_cannot_call(
        self, memory: type[Memory], clock: HandClock, settings: Any, alerts: str, reminders: str, chosen: str
    ) -> None:
        settings.TWILIO_FROM_ALERTS, settings.TWILIO_FROM_REMINDERS = alerts, reminders
        outbox.enqueue([call()], now=NOW)
        dispatch.run(Urgency.URGENT, clock=clock, worker="worker:1")
        assert memory.taken[0][1].sender == chosen

    def test_without_any_number_it_fails_at_once_and_loudly(
        self, clock: HandClock, settings: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.TWILIO_FROM_ALERTS = settings.TWILIO_FROM_REMINDERS = "MG" + "a" * 32
        outbox.enqueue([call()], now=NOW)
        dispatch.run(Urgency.URGENT, clock=clock, worker="worker:1")
        assert (only().status, only().error_code) == (Status.FAILED, "voice-sender")
        assert "operator_needed" in caplog.text


@pytest.mark.django_db
class TestReceipts:
    @pytest.fixture
    def placed(self, memory: type[Memory], clock: HandClock, settings: Any) -> Message:
        settings.TWILIO_AUTH_TOKENS = ["token"]
        outbox.enqueue([call()], now=NOW)
        dispatch.run(Urgency.URGENT, clock=clock, worker="worker:1")
        return only()

    @pytest.mark.parametrize(
        ("word", "status", "reason"),
        [
            ("initiated", Status.ACCEPTED, ""),
            ("ringing", Status.SENT, ""),
            ("in-progress", Status.SENT, ""),
            ("completed", Status.DELIVERED, ""),
            ("busy", Status.UNDELIVERED, "the line was busy"),
            ("no-answer", Status.UNDELIVERED, "nobody picked up"),
            ("failed", Status.FAILED, "the call could not be put through"),
            ("canceled", Status.FAILED, "the call was ended before anybody picked up"),
        ],
    )
    def test_the_webhook_takes_what_the_carrier_says_of_a_call(
        self, placed: Message, word: str, status: Status, reason: str
    ) -> None:
        form = {"CallSid": placed.provider_id, "CallStatus": word, "From": "+12025550101", "To": PHONE}
        path = f"/webhooks/twilio/status/{placed.uuid}/"
        assert signing.call(path, form, base="https://clinic.example", token="token").status_code == 204
        placed.refresh_from_db()
        assert (placed.status, placed.reason) == (status, reason)

    def test_a_word_about_texts_says_nothing_of_a_call(self, placed: Message) -> None:
        assert receipts.take(placed.uuid, provider_id="memory-1", word="read", code="", now=NOW) == "unknown_word"


@pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])
class TestAtTheSandbox:
    @pytest.fixture(autouse=True)
    def _sandbox(self, settings: Any, live_server: LiveServer) -> None:
        settings.TWILIO_API_BASE_URL = f"{live_server.url}/sandbox/twilio"
        settings.CARRIER_TIMEOUT_SECONDS = 5

    @pytest.fixture
    def placed(self) -> Message:
        now = timezone.now()
        outbox.enqueue([call(due_at=now, expires_at=now + timedelta(hours=1))], now=now)
        dispatch.run(Urgency.URGENT, clock=timezone.now, worker="worker:1")
        return only()

    def test_it_rings_says_its_words_and_every_step_comes_back(self, placed: Message) -> None:
        product = carrier.through(signing.Client())

        def post(url: str, fields: Any) -> carrier.Answer:
            return carrier.Answer(200, SCRIPT) if url.endswith(ANSWER) else product(url, fields)

        carrier.advance_all(post=post)
        made = Call.objects.get()
        assert (made.sid, made.status, made.said) == (placed.provider_id, "completed", "Press 1 to take it.")
        placed.refresh_from_db()
        assert placed.status == Status.DELIVERED
        words = placed.receipts.values_list("word", flat=True)
        assert list(words) == ["initiated", "ringing", "in-progress", "completed"]

    def test_a_phone_that_is_off_is_known_to_have_been_missed(self) -> None:
        carrier.switch_off(PHONE)
        now = timezone.now()
        outbox.enqueue([call(due_at=now, expires_at=now + timedelta(hours=1))], now=now)
        dispatch.run(Urgency.URGENT, clock=timezone.now, worker="worker:1")
        carrier.advance_all()
        assert (only().status, only().reason) == (Status.UNDELIVERED, "nobody picked up")

    def test_an_answer_that_was_lost_is_found_in_the_log_and_nobody_is_rung_twice(self) -> None:
        carrier.misbehave(drop_percent=100)
        now = timezone.now()
        outbox.enqueue([call(due_at=now, expires_at=now + timedelta(hours=1))], now=now)
        dispatch.run(Urgency.URGENT, clock=timezone.now, worker="worker:1")
        assert only().status == Status.IN_DOUBT
        carrier.behave()
        later = timezone.now() + timedelta(seconds=30)
        assert reconcile.resolve_doubts(clock=lambda: later, worker="reconciler:1") == {"found": 1}
        assert Call.objects.get().sid == only().provider_id
