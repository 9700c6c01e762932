"""The stand-in carrier moves texts and calls along and tells the product about it, well or badly as it was told."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from pytest_django.fixtures import Settings
from twilio.request_validator import RequestValidator

from sandbox import carrier, exchange, testing
from sandbox import mood as moods
from sandbox.models import Call, Callback, Phone, Text
from sandbox.post import post
from sandbox.signing import sign

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FROM, ALERTS, TO = "+12025550100", "+12025550101", "+12025550123"
CALLBACK = "https://clinic.example/webhooks/twilio/status/5/"


def send(to: str = TO, body: str = "Hello", sender: str = FROM, callback: str = CALLBACK) -> Text:
    order = exchange.Order(to=to, sender=sender, service_sid="", body=body, callback_url=callback)
    return exchange.take_on(order, mood=moods.take_turn(), now=NOW)


def test_a_text_passes_every_status_in_its_time_and_each_but_the_first_is_told() -> None:
    text = send()
    listener = testing.Listener()
    seen = [text.status]
    for step in range(1, 5):
        carrier.advance(NOW + timedelta(milliseconds=400 * step - 1))
        text.refresh_from_db()
        assert text.status == seen[-1], "nothing moves before its time"
        carrier.advance(NOW + timedelta(milliseconds=400 * step))
        testing.deliver_callbacks(NOW + timedelta(milliseconds=400 * step), post=listener)
        text.refresh_from_db()
        seen.append(text.status)
    assert seen == ["queued", "sending", "sent", "delivered", "delivered"]
    assert listener.statuses == ["sending", "sent", "delivered"]
    assert text.sent_at == NOW + timedelta(milliseconds=800)
    assert not text.seen
    assert not Callback.objects.exists()


def test_a_receipt_carries_the_documented_fields() -> None:
    text, listener = send(), testing.Listener()
    testing.advance_all(post=listener)
    url, fields = listener.heard[-1]
    assert url == CALLBACK
    assert fields.pop("RawDlrDoneDate").startswith("261123")
    assert fields == {
        "AccountSid": "AC" + "0" * 32,
        "ApiVersion": "2010-04-01",
        "From": FROM,
        "MessageSid": text.sid,
        "MessageStatus": "delivered",
        "SmsSid": text.sid,
        "SmsStatus": "delivered",
        "To": TO,
    }


def test_a_signature_is_the_one_that_the_validator_of_the_official_library_accepts(settings: Settings) -> None:
    fields = {"Body": "Sí, ¿mañana?", "From": TO}
    settings.TWILIO_AUTH_TOKENS = ["first", "second"]
    assert RequestValidator("first").validate(CALLBACK, fields, sign(CALLBACK, fields))
    assert not RequestValidator("first").validate(CALLBACK, {**fields, "Body": "no"}, sign(CALLBACK, fields))
    assert not RequestValidator("second").validate(CALLBACK, fields, sign(CALLBACK, fields))


@pytest.mark.parametrize(
    ("status", "code", "passed"),
    [
        ("undelivered", 30003, ["sending", "sent", "undelivered"]),
        ("failed", 30001, ["failed"]),
        ("sent", None, ["sending", "sent"]),
    ],
)
def test_a_phone_ends_texts_as_it_was_told_and_the_next_phone_does_not(
    status: str, code: int | None, passed: list[str]
) -> None:
    testing.switch_off(TO, status=status, code=code)
    text, listener = send(), testing.Listener()
    testing.advance_all(post=listener)
    text.refresh_from_db()
    assert (text.status, text.error_code) == (status, code)
    assert listener.statuses == passed
    assert listener.heard[-1][1].get("ErrorCode") == (str(code) if code else None)
    other = send("+12025550124")
    testing.advance_all(post=listener)
    other.refresh_from_db()
    assert (other.status, other.error_code) == ("delivered", None)


def test_an_undelivered_text_is_nothing_new_on_the_phone() -> None:
    text = send("+15005530003")
    testing.advance_all(post=testing.Listener())
    text.refresh_from_db()
    assert (text.status, text.error_code, text.seen) == ("undelivered", 30003, True)


def test_callbacks_are_lost_doubled_and_reordered_as_told() -> None:
    def heard(**mood: int) -> list[str]:
        testing.behave()
        testing.misbehave(**mood)
        send()
        listener = testing.Listener()
        testing.advance_all(post=listener)
        return listener.statuses

    assert heard(callback_lost_percent=100) == []
    assert sorted(heard(callback_doubled_percent=100)) == sorted(["sending", "sent", "delivered"] * 2)
    late = heard(callback_reordered_percent=100)
    assert late[0] == "delivered"
    assert sorted(late) == ["delivered", "sending", "sent"]


def test_luck_repeats_with_its_seed() -> None:
    def heard(seed: int) -> list[list[str]]:
        testing.misbehave(callback_lost_percent=50, seed=seed)
        told = []
        for _ in range(8):
            send()
            listener = testing.Listener()
            testing.advance_all(post=listener)
            told.append(listener.statuses)
        return told

    assert heard(5) == heard(5)
    assert heard(5) != heard(6)


def test_late_callbacks_come_late() -> None:
    testing.misbehave(callback_delay_ms=5000)
    send()
    listener = testing.Listener()
    testing.advance_all(NOW + timedelta(seconds=5), post=listener)
    assert listener.statuses == []
    testing.advance_all(NOW + timedelta(seconds=7), post=listener)
    assert listener.statuses == ["sending", "sent", "delivered"]


@pytest.mark.parametrize(("answer", "posts"), [(500, 2), (0, 2), (403, 1), (404, 1), (204, 1)])
def test_a_fault_is_tried_once_more_and_a_refusal_is_not(answer: int, posts: int) -> None:
    testing.switch_off(TO, status="failed", code=30001)
    send()
    listener = testing.Listener(status=answer)
    testing.advance_all(post=listener)
    assert len(listener.heard) == posts
    left = Callback.objects.all()
    assert [callback.due_at for callback in left] == ([] if answer == 204 else [None])
    assert all(callback.fault for callback in left)


def test_while_nobody_ever_listened_a_refused_connection_counts_for_nothing() -> None:
    send()
    carrier.advance(NOW + timedelta(seconds=1))
    refused = carrier.Answer(0, fault="ConnectionRefusedError")
    for attempt in range(1, 6):
        at = NOW + timedelta(seconds=2 * attempt)
        claimed = carrier.claim_callbacks(at)
        assert len(claimed) == 1
        carrier.settle([(callback, refused) for callback in claimed], at, patient=True)
    assert Callback.objects.get().attempts == 0


def test_a_claimed_callback_is_nobody_elses_until_its_lease_ends() -> None:
    send()
    carrier.advance(NOW + timedelta(seconds=1))
    at = NOW + timedelta(seconds=2)
    assert len(carrier.claim_callbacks(at)) == 1
    assert carrier.claim_callbacks(at + carrier.LEASE / 2) == []
    assert len(carrier.claim_callbacks(at + carrier.LEASE)) == 1


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://127.0.0.1:1/x/", "ConnectionRefusedError"),
        ("http://127.0.0.1:port/x/", "ValueError"),
        ("http://" + "a" * 70 + ".example/", "UnicodeError"),
    ],
)
def test_an_address_that_nobody_could_call_is_a_fault_and_no_crash(url: str, fault: str) -> None:
    answer = post(url, {"MessageSid": "SM1"})
    assert (answer.status, answer.fault, answer.taken) == (0, fault, False)


def test_what_is_due_is_found_through_its_partial_index() -> None:
    due = {
        "text_due": Text.objects.filter(next_at__lte=NOW).order_by("next_at", "id")[:200],
        "call_due": Call.objects.filter(next_at__lte=NOW).order_by("next_at", "id")[:200],
        "callback_due": Callback.objects.filter(due_at__lte=NOW).order_by("due_at", "id")[:50],
        "phone_newest": Phone.objects.order_by("-last_at", "id")[:40],
    }
    for index, rows in due.items():
        plan = rows.explain()
        assert index in plan, plan
        assert "TEMP B-TREE" not in plan, plan


@pytest.mark.django_db(databases=["default", "sandbox"], transaction=True)
def test_two_carriers_at_once_move_and_tell_everything_once() -> None:
    for number in range(60):
        send(f"+1202555{number:04d}")
    posted: list[tuple[str, str]] = []
    lock, start = threading.Lock(), threading.Barrier(2)

    def work() -> None:
        start.wait()
        try:
            for step in range(1, 12):
                at = NOW + timedelta(milliseconds=400 * step)
                while carrier.advance(at, limit=7):
                    pass
                while claimed := carrier.claim_callbacks(at, limit=7):
                    with lock:
                        posted.extend((one.fields["MessageSid"], one.fields["MessageStatus"]) for one in claimed)
                    carrier.settle([(one, carrier.Answer(200)) for one in claimed], at)
        finally:
            connections.close_all()

    carriers = [threading.Thread(target=work) for _ in range(2)]
    for one in carriers:
        one.start()
    for one in carriers:
        one.join(60)
    assert set(Text.objects.values_list("status", flat=True)) == {"delivered"}
    assert len(posted) == len(set(posted)) == 180


def test_the_robots_phone_answers_with_what_it_was_sent_and_no_other_phone_does(settings: Settings) -> None:
    settings.CANARY_PHONE = "+12025550199"
    send(to=settings.CANARY_PHONE, body="Page K7Q4", sender=ALERTS)
    send(to=TO, body="Hello", sender=ALERTS)
    listener = testing.Listener()
    testing.advance_all(post=listener)
    (heard,) = [fields for _, fields in listener.heard if "Body" in fields]
    assert (heard["From"], heard["To"], heard["Body"]) == ("+12025550199", ALERTS, "Page K7Q4")
