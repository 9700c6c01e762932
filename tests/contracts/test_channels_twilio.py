"""What Twilio is asked, and what its log tells; its wrong answers are in test_twilio_answers.py."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from twilio.http.http_client import TwilioHttpClient

from messaging.channels.base import OutcomeUnknown, PermanentFailure, TransientFailure
from messaging.channels.twilio import TwilioSms
from sandbox import testing as carrier
from sandbox.models import Text
from tests.support.canned import Canned, canned_carrier
from tests.support.handing import MANNERS, Hand
from tests.support.twilio_words import CREATED, PHONE, created, outgoing, refusal
from tests.support.waiting import eventually


@pytest.fixture
def canned(settings: Any) -> Iterator[Canned]:
    with canned_carrier() as server:
        settings.TWILIO_API_BASE_URL = server.url
        settings.CARRIER_TIMEOUT_SECONDS = 1
        yield server


@pytest.fixture(params=sorted(MANNERS))
def hand(request: pytest.FixtureRequest) -> Hand:
    return MANNERS[request.param]


class TestOurRequest:
    def test_it_holds_what_the_carrier_needs_and_no_number_in_its_address(
        self, canned: Canned, hand: Hand, settings: Any
    ) -> None:
        canned.say("201 Created", created())
        hand(TwilioSms(), outgoing())
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
        self, canned: Canned, hand: Hand, valid_for: timedelta | None, seconds: int
    ) -> None:
        canned.say("201 Created", created())
        hand(TwilioSms(), outgoing(valid_for=valid_for))
        assert f"ValidityPeriod={seconds}&".encode() in canned.requests[0] + b"&"

    def test_a_messaging_service_is_named_as_one(self, canned: Canned, hand: Hand) -> None:
        canned.say("201 Created", created())
        service = "MG" + "a" * 32
        hand(TwilioSms(), outgoing(sender=service))
        assert f"MessagingServiceSid={service}".encode() in canned.requests[0]
        assert b"From=" not in canned.requests[0]

    def test_the_proxy_and_region_of_the_environment_are_not_for_us(
        self, canned: Canned, hand: Hand, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("TWILIO_REGION", "ie1")
        monkeypatch.setenv("TWILIO_EDGE", "dublin")
        canned.say("201 Created", created())
        assert hand(TwilioSms(), outgoing()).provider_id == CREATED["sid"]

    def test_hands_that_ask_at_once_never_share_a_line(self, canned: Canned, monkeypatch: pytest.MonkeyPatch) -> None:
        """The library keeps its answer in an attribute: on one line, one hand would hear the other's."""
        canned.say("201 Created", created())
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

    def test_neither_number_nor_text_reaches_a_log(
        self, canned: Canned, hand: Hand, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        canned.say("201 Created", created())
        hand(TwilioSms(), outgoing())
        canned.say("400 Bad Request", refusal(21211, 400))
        with pytest.raises(PermanentFailure):
            hand(TwilioSms(), outgoing())
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

    def test_what_is_answered_too_late_is_in_the_log(self, settings: Any, hand: Hand) -> None:
        settings.CARRIER_TIMEOUT_SECONDS = 1
        carrier.misbehave(latency_ms=1500)
        with pytest.raises(OutcomeUnknown) as caught:
            hand(TwilioSms(), outgoing())
        assert caught.value.code == "timeout"
        # It was taken after we had gone; the product comes back to look, and so does this test.
        carrier.behave()
        since = datetime(2020, 1, 1, tzinfo=UTC)
        assert eventually(lambda: TwilioSms().find(outgoing(), since=since), timeout=10)
        assert len(carrier.bodies_to(PHONE)) == 1

    def test_the_log_is_read_from_the_given_moment_on(self) -> None:
        member = TwilioSms()
        answer = member.send(outgoing())
        made = Text.objects.get(sid=answer.provider_id).created_at
        found = member.find(outgoing(), since=made - timedelta(seconds=2))
        assert [entry.provider_id for entry in found] == [answer.provider_id]
        assert member.find(outgoing(), since=made + timedelta(minutes=1)) == []

    def test_the_log_is_read_across_pages_and_oldest_first(self) -> None:
        member = TwilioSms()
        names = [member.send(outgoing()).provider_id for _ in range(3)]
        found = member.find(outgoing(), since=datetime(2020, 1, 1, tzinfo=UTC))
        assert {entry.provider_id for entry in found} == set(names)
