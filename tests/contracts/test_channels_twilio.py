"""Twilio's answers, right and wrong, against what the product makes of them."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pytest_django.live_server_helper import LiveServer
from twilio.http.http_client import TwilioHttpClient

from messaging.channels.base import ChannelFailure, OutcomeUnknown, Outgoing, PermanentFailure, TransientFailure
from messaging.channels.twilio import TwilioSms
from messaging.domain.delivery import Channel, Status
from sandbox import testing as carrier
from sandbox.models import Text
from tests.support.canned import Canned, canned_carrier

PHONE = "+12025550123"
CREATED = {
    "sid": "SM" + "1" * 32,
    "status": "queued",
    "error_code": None,
    "date_created": "Mon, 23 Nov 2026 15:00:00 +0000",
}


def outgoing(**changes: Any) -> Outgoing:
    plain: dict[str, Any] = {
        "uuid": uuid4(),
        "channel": Channel.SMS,
        "address": PHONE,
        "sender": "+12025550100",
        "body": "Your visit is tomorrow.",
        "callback_url": "https://clinic.example/webhooks/twilio/status/x/",
    }
    return Outgoing(**plain | changes)


@pytest.fixture
def canned(settings: Any) -> Iterator[Canned]:
    with canned_carrier() as server:
        settings.TWILIO_API_BASE_URL = server.url
        settings.CARRIER_TIMEOUT_SECONDS = 1
        yield server


def refusal(code: int | None, status: int) -> str:
    return json.dumps({"code": code, "message": f"about {PHONE}", "more_info": "", "status": status})


class TestWrongAnswers:
    """An answer from which nobody can tell leaves the message in doubt; a clear no does not."""

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            ("201 Created", "<html>welcome to the guest network</html>"),
            ("201 Created", '{"sid": "SM1'),
            ("201 Created", "[]"),
            ("201 Created", "null"),
            ("201 Created", ""),
            ("201 Created", "{}"),
            ("200 OK", '{"code": 20500, "message": "oops", "status": 500}'),
            ("500 Internal Server Error", "<html>oops</html>"),
            ("503 Service Unavailable", refusal(20503, 503)),
            ("502 Bad Gateway", ""),
            ("408 Request Timeout", ""),
        ],
    )
    def test_nobody_knows(self, canned: Canned, status: str, body: str) -> None:
        canned.say(status, body)
        with pytest.raises(OutcomeUnknown):
            TwilioSms().send(outgoing())
        assert len(canned.requests) == 1, "never asked twice"

    def test_a_line_that_is_cut_leaves_it_unknown(self, canned: Canned) -> None:
        with pytest.raises(OutcomeUnknown):
            TwilioSms().send(outgoing())
        assert len(canned.requests) == 1

    def test_half_an_answer_leaves_it_unknown(self, canned: Canned) -> None:
        canned.say("201 Created", json.dumps(CREATED))
        canned.answer = canned.answer[:-20]
        with pytest.raises(OutcomeUnknown):
            TwilioSms().send(outgoing())

    def test_silence_leaves_it_unknown(self, canned: Canned) -> None:
        canned.silent = True
        with pytest.raises(OutcomeUnknown):
            TwilioSms().send(outgoing())
        assert len(canned.requests) == 1

    @pytest.mark.parametrize(
        "status",
        ["401 Unauthorized", "403 Forbidden", "302 Found", "400 Bad Request", "404 Not Found", "413 Too Large"],
    )
    def test_a_closed_door_holds_the_queue(self, canned: Canned, status: str, caplog: pytest.LogCaptureFixture) -> None:
        canned.say(status, "<html>login</html>", "Location: http://127.0.0.1:1/login")
        with pytest.raises(TransientFailure):
            TwilioSms().send(outgoing())
        assert "stranger_answered" in caplog.text

    def test_an_address_of_the_interface_that_is_not_there_holds_the_queue(self, canned: Canned) -> None:
        canned.say("404 Not Found", refusal(None, 404))
        with pytest.raises(TransientFailure):
            TwilioSms().send(outgoing())

    @pytest.mark.parametrize("code", ["21211", "x" * 5000, {"a": 1}, [21211], -1, True])
    def test_a_code_of_another_kind_breaks_nothing(self, canned: Canned, code: object) -> None:
        canned.say("400 Bad Request", json.dumps({"code": code, "message": "?", "status": 400}))
        with pytest.raises(ChannelFailure) as caught:
            TwilioSms().send(outgoing())
        assert len(caught.value.code) <= 20

    @pytest.mark.parametrize("sid", [None, "", 7, {"a": 1}])
    def test_a_name_of_another_kind_is_no_name(self, canned: Canned, sid: object) -> None:
        canned.say("201 Created", json.dumps(CREATED | {"sid": sid}))
        with pytest.raises(OutcomeUnknown):
            TwilioSms().send(outgoing())

    def test_an_unknown_code_is_loud_and_not_tried_again(
        self, canned: Canned, caplog: pytest.LogCaptureFixture
    ) -> None:
        canned.say("400 Bad Request", refusal(29999, 400))
        with pytest.raises(PermanentFailure) as caught:
            TwilioSms().send(outgoing())
        assert caught.value.code == "29999"
        errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert len(errors) == 1
        assert PHONE not in caplog.text

    @pytest.mark.parametrize(
        ("code", "status", "kind"),
        [
            (20003, 401, TransientFailure),
            (20005, 403, TransientFailure),
            (21606, 400, TransientFailure),
            (21611, 400, TransientFailure),
            (21211, 400, PermanentFailure),
            (21614, 400, PermanentFailure),
            (21610, 400, PermanentFailure),
            (21617, 400, PermanentFailure),
        ],
    )
    def test_a_known_code_is_reacted_to_by_the_table(
        self, canned: Canned, code: int, status: int, kind: type[Exception]
    ) -> None:
        canned.say(f"{status} No", refusal(code, status))
        with pytest.raises(kind) as caught:
            TwilioSms().send(outgoing())
        assert getattr(caught.value, "code", "") == str(code)
        assert getattr(caught.value, "opted_out", False) is (code == 21610)

    @pytest.mark.parametrize(
        ("header", "wait"),
        [("12", 12.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-5", None), ("inf", None), ("9999999", 3600.0)],
    )
    def test_too_many_requests_waits_as_told(self, canned: Canned, header: str, wait: float | None) -> None:
        canned.say("429 Too Many Requests", refusal(20429, 429), f"Retry-After: {header}")
        with pytest.raises(TransientFailure) as caught:
            TwilioSms().send(outgoing())
        assert caught.value.retry_after == wait

    def test_a_status_word_of_tomorrow_is_loud_but_taken(
        self, canned: Canned, caplog: pytest.LogCaptureFixture
    ) -> None:
        canned.say("201 Created", json.dumps(CREATED | {"status": "teleporting"}))
        answer = TwilioSms().send(outgoing())
        assert (answer.provider_id, answer.status) == (CREATED["sid"], Status.ACCEPTED)
        assert "unknown_status_word" in caplog.text

    def test_a_log_that_cannot_be_read_proves_nothing(self, canned: Canned) -> None:
        for status, body in (("200 OK", "<html>"), ("500 Oops", ""), ("401 No", refusal(20003, 401)), ("200 OK", "{}")):
            canned.say(status, body)
            with pytest.raises(TransientFailure):
                TwilioSms().find(outgoing(), since=datetime(2026, 11, 23, tzinfo=UTC))


class TestOurRequest:
    def test_it_holds_what_the_carrier_needs_and_no_number_in_its_address(self, canned: Canned, settings: Any) -> None:
        canned.say("201 Created", json.dumps(CREATED))
        TwilioSms().send(outgoing())
        head, _, body = canned.requests[0].partition(b"\r\n")
        assert head.startswith(b"POST /2010-04-01/Accounts/" + settings.TWILIO_ACCOUNT_SID.encode())
        assert b"2025550123" not in head
        assert b"Body=Your+visit+is+tomorrow." in body
        assert b"From=%2B12025550100" in body
        assert b"StatusCallback=https%3A%2F%2Fclinic.example" in body

    @pytest.mark.parametrize(
        ("valid_for", "seconds"),
        [(None, 36000), (timedelta(hours=2), 7200), (timedelta(days=3), 36000), (timedelta(seconds=-5), 1)],
    )
    def test_the_carrier_is_told_for_how_long_it_is_of_use(
        self, canned: Canned, valid_for: timedelta | None, seconds: int
    ) -> None:
        canned.say("201 Created", json.dumps(CREATED))
        TwilioSms().send(outgoing(valid_for=valid_for))
        assert f"ValidityPeriod={seconds}&".encode() in canned.requests[0] + b"&"

    def test_a_messaging_service_is_named_as_one(self, canned: Canned) -> None:
        canned.say("201 Created", json.dumps(CREATED))
        service = "MG" + "a" * 32
        TwilioSms().send(outgoing(sender=service))
        assert f"MessagingServiceSid={service}".encode() in canned.requests[0]
        assert b"From=" not in canned.requests[0]

    def test_the_proxy_and_region_of_the_environment_are_not_for_us(
        self, canned: Canned, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("TWILIO_REGION", "ie1")
        monkeypatch.setenv("TWILIO_EDGE", "dublin")
        canned.say("201 Created", json.dumps(CREATED))
        assert TwilioSms().send(outgoing()).provider_id == CREATED["sid"]

    def test_hands_that_ask_at_once_never_share_a_line(self, canned: Canned, monkeypatch: pytest.MonkeyPatch) -> None:
        """The library keeps its answer in an attribute: on one line, one hand would hear the other's."""
        canned.say("201 Created", json.dumps(CREATED))
        used: list[int] = []
        both = threading.Barrier(2)
        request = TwilioHttpClient.request

        def note(line: TwilioHttpClient, *args: Any, **kwargs: Any) -> Any:
            used.append(id(line))
            both.wait(5)
            return request(line, *args, **kwargs)

        monkeypatch.setattr(TwilioHttpClient, "request", note)
        member = TwilioSms()
        for _ in range(3):
            hands = [threading.Thread(target=member.send, args=[outgoing()]) for _ in range(2)]
            for hand in hands:
                hand.start()
            for hand in hands:
                hand.join()
        assert [len(set(used[at : at + 2])) for at in (0, 2, 4)] == [2, 2, 2]
        assert len(set(used)) == 2, "lines are kept for the next"

    def test_neither_number_nor_text_reaches_a_log(self, canned: Canned, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        canned.say("201 Created", json.dumps(CREATED))
        TwilioSms().send(outgoing())
        canned.say("400 Bad Request", refusal(21211, 400))
        with pytest.raises(PermanentFailure):
            TwilioSms().send(outgoing())
        assert "2025550123" not in caplog.text
        assert "tomorrow" not in caplog.text


@pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])
class TestAgainstTheSandbox:
    @pytest.fixture(autouse=True)
    def _sandbox(self, settings: Any, live_server: LiveServer) -> None:
        settings.TWILIO_API_BASE_URL = f"{live_server.url}/sandbox/twilio"
        settings.CARRIER_TIMEOUT_SECONDS = 5

    def test_wrong_credentials_hold_the_queue(self, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
        member = TwilioSms()
        settings.TWILIO_AUTH_TOKENS = ["another-token"]
        with pytest.raises(TransientFailure) as caught:
            member.send(outgoing())
        assert caught.value.code == "20003"
        assert "operator_needed" in caplog.text

    def test_somebody_who_told_the_carrier_to_stop_is_known_as_such(self) -> None:
        TwilioSms().send(outgoing())
        carrier.reply(PHONE, "STOP", sender="+12025550100", post=lambda *_: carrier.Answer(200, ""))
        with pytest.raises(PermanentFailure) as caught:
            TwilioSms().send(outgoing())
        assert caught.value.opted_out

    def test_the_log_is_read_from_the_given_moment_on(self) -> None:
        member = TwilioSms()
        answer = member.send(outgoing())
        created = Text.objects.get(sid=answer.provider_id).created_at
        found = member.find(outgoing(), since=created - timedelta(seconds=2))
        assert [entry.provider_id for entry in found] == [answer.provider_id]
        assert member.find(outgoing(), since=created + timedelta(minutes=1)) == []

    def test_the_log_is_read_across_pages_and_oldest_first(self) -> None:
        member = TwilioSms()
        names = [member.send(outgoing()).provider_id for _ in range(3)]
        found = member.find(outgoing(), since=datetime(2020, 1, 1, tzinfo=UTC))
        assert {entry.provider_id for entry in found} == set(names)
