"""What people type and press reaches the product: inbound texts, STOP at the carrier, calls; and how moods are set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from sandbox import exchange, telephone, testing
from sandbox import mood as moods
from sandbox.models import Call, OptOut, Text

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FROM, ALERTS, TO = "+12025550100", "+12025550101", "+12025550123"
CALLBACK = "https://clinic.example/webhooks/twilio/status/5/"


def send(to: str = TO, body: str = "Hello", sender: str = FROM, callback: str = CALLBACK) -> Text:
    order = exchange.Order(to=to, sender=sender, service_sid="", body=body, callback_url=callback)
    return exchange.take_on(order, mood=moods.take_turn(), now=NOW)


@pytest.mark.parametrize("word", ["STOP", " stop ", "Unsubscribe", "END", "cancel", "QUIT", "stopall", "Revoke"])
def test_stop_closes_the_way_from_that_sender_alone_until_start(word: str) -> None:
    send()
    testing.reply(TO, word, sender=FROM, now=NOW, post=testing.Listener())
    with pytest.raises(exchange.OptedOut):
        send()
    send(sender=ALERTS)
    send("+12025550124")
    assert testing.bodies_to(TO)[1] == exchange.STOPPED
    testing.reply(TO, "start", sender=FROM, now=NOW, post=testing.Listener())
    assert testing.bodies_to(TO)[-1] == exchange.STARTED
    send()


@pytest.mark.parametrize("body", ["please stop", "STOP.", "YES", "no", "opt out"])
def test_what_is_no_keyword_closes_nothing(body: str) -> None:
    testing.reply(TO, body, sender=FROM, now=NOW, post=testing.Listener())
    assert not OptOut.objects.exists()
    assert testing.texts_to(TO) == []


def test_a_carrier_that_leaves_stop_to_the_product_says_and_refuses_nothing() -> None:
    testing.misbehave(keeps_opt_outs=False)
    testing.reply(TO, "STOP", sender=FROM, now=NOW, post=testing.Listener())
    send()
    assert testing.bodies_to(TO) == ["Hello"]


def test_what_a_person_types_reaches_the_product_with_all_fields() -> None:
    listener = testing.Listener()
    text = testing.reply(TO, "Me duele la espalda", sender=ALERTS, now=NOW, post=listener)
    (url, fields) = listener.heard[0]
    assert url == "https://clinic.example/webhooks/twilio/sms/"
    assert fields["MessageSid"] == fields["SmsSid"] == fields["SmsMessageSid"] == text.sid
    assert (fields["From"], fields["To"], fields["Body"]) == (TO, ALERTS, "Me duele la espalda")
    assert (fields["NumMedia"], fields["NumSegments"], fields["SmsStatus"]) == ("0", "1", "received")


def test_through_a_messaging_service_the_product_learns_the_kind_of_opt_out(settings: Settings) -> None:
    service = settings.TWILIO_FROM_REMINDERS = "MG" + "a" * 32
    number = exchange.senders()[0]
    order = exchange.Order(to=TO, sender=number, service_sid=service, body="Hi", callback_url="")
    exchange.take_on(order, mood=moods.current(), now=NOW)
    listener = testing.Listener()
    testing.reply(TO, "STOP", now=NOW, post=listener)
    fields = listener.heard[0][1]
    assert (fields["To"], fields["MessagingServiceSid"], fields["OptOutType"]) == (number, service, "STOP")


def test_what_the_product_answers_in_twiml_shows_on_the_phone() -> None:
    listener = testing.Listener(body="<Response><Message>Thank you.</Message><Message>Bye.</Message></Response>")
    testing.reply(TO, "hello", sender=FROM, now=NOW, post=listener)
    assert testing.bodies_to(TO) == ["Thank you.", "Bye."]
    assert {text.direction for text in testing.texts_to(TO)} == {Text.REPLY}


def test_a_call_rings_is_answered_asks_and_hears_the_digit() -> None:
    call = Call.objects.create(
        phone=testing.phone(TO), sender=ALERTS, status="queued", url="https://clinic.example/voice/1/",
        callback_url="https://clinic.example/calls/1/", callback_events=["ringing", "answered", "completed"],
        created_at=NOW, updated_at=NOW, next_at=NOW,
    )  # fmt: skip
    ask = '<Response><Gather numDigits="1" action="/voice/1/ack/"><Say>Press 1.</Say></Gather></Response>'
    listener = testing.Listener(body=ask)
    testing.advance_all(NOW + timedelta(seconds=5), post=listener)
    call.refresh_from_db()
    assert (call.status, call.said, call.asks) == ("in-progress", "Press 1.", True)
    listener.body = "<Response><Say>Thank you.</Say></Response>"
    assert telephone.press(call, "1", now=NOW + timedelta(seconds=6))
    assert not telephone.press(call, "1", now=NOW + timedelta(seconds=6)), "a digit is heard once"
    testing.advance_all(NOW + timedelta(seconds=20), post=listener)
    call.refresh_from_db()
    assert (call.status, call.said, call.pressed) == ("completed", "Press 1.\nThank you.", "1")
    assert [fields["CallStatus"] for url, fields in listener.heard if "calls" in url] == [
        "ringing", "in-progress", "completed",
    ]  # fmt: skip
    asked = [(url, fields.get("Digits")) for url, fields in listener.heard if "voice" in url]
    assert asked == [("https://clinic.example/voice/1/", None), ("https://clinic.example/voice/1/ack/", "1")]


def test_a_call_to_a_phone_that_asks_but_gets_no_digit_ends_by_itself() -> None:
    call = Call.objects.create(
        phone=testing.phone(TO), sender=ALERTS, status="queued", created_at=NOW, updated_at=NOW, next_at=NOW,
        twiml="<Response><Gather><Say>Press 1.</Say></Gather></Response>",
    )  # fmt: skip
    testing.advance_all(post=testing.Listener())
    call.refresh_from_db()
    assert (call.status, call.asks, call.pressed) == ("completed", False, "")


@pytest.mark.parametrize(
    "wanted",
    [
        {"no_such": 1},
        {"drop_percent": 101},
        {"drop_percent": -1},
        {"latency_ms": "soon"},
        {"final_status": "lost"},
        {"seed": None},
    ],
)
def test_a_wrong_mood_is_named_and_changes_nothing(wanted: dict[str, object]) -> None:
    testing.misbehave(latency_ms=0, drop_percent=20)
    with pytest.raises(ValidationError) as caught:
        testing.misbehave(**wanted)
    assert list(caught.value.message_dict) == list(wanted)
    assert moods.current().drop_percent == 20


def test_a_mood_keeps_what_is_not_named_and_calms_down() -> None:
    testing.misbehave(drop_percent=20)
    testing.misbehave(latency_ms=5)
    assert (moods.current().drop_percent, moods.current().latency_ms) == (20, 5)
    testing.behave()
    assert (moods.current().drop_percent, moods.current().latency_ms) == (0, 0)
