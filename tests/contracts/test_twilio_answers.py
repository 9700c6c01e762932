"""Twilio's wrong answers: each ends in a named failure with words for staff, by a call and by an event loop alike."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from messaging.channels.base import (
    Accepted,
    ChannelFailure,
    Member,
    OutcomeUnknown,
    PermanentFailure,
    Report,
    TransientFailure,
)
from messaging.channels.twilio import TwilioSms
from messaging.channels.twilio_voice import TwilioVoice
from messaging.domain.delivery import Status
from tests.support.canned import Canned, canned_carrier, worded
from tests.support.handing import MANNERS
from tests.support.twilio_words import CREATED, PHONE, created, outgoing, refusal

Ask = Callable[[], Accepted]


@pytest.fixture
def canned(settings: Any) -> Iterator[Canned]:
    with canned_carrier() as server:
        settings.TWILIO_API_BASE_URL = server.url
        settings.CARRIER_TIMEOUT_SECONDS = 1
        yield server


@pytest.fixture(params=["sms-send", "sms-deliver", "voice-send", "voice-deliver"])
def ask(canned: Canned, request: pytest.FixtureRequest) -> Ask:
    """Hand one message to the canned carrier."""
    kind, _, manner = request.param.partition("-")
    member: Member = TwilioSms() if kind == "sms" else TwilioVoice()
    return lambda: MANNERS[manner](member, outgoing())


def lost(ask: Ask) -> OutcomeUnknown:
    """How it was lost; in words that can be read."""
    with pytest.raises(OutcomeUnknown) as caught:
        ask()
    assert "nobody knows" in caught.value.words or "at once" in caught.value.words
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        ("201 Created", "<html>welcome to the guest network</html>", "unreadable"),
        ("201 Created", '{"sid": "SM1', "unreadable"),
        ("201 Created", "[]", "unreadable"),
        ("201 Created", f"[{created()}]", "unreadable"),
        ("201 Created", "null", "unreadable"),
        ("201 Created", "", "unreadable"),
        ("204 No Content", "", "unreadable"),
        ("201 Created", "{}", "unreadable"),
        ("201 Created", "[" * 100_000, "unreadable"),
        ("200 OK", '{"code": 20500, "message": "oops", "status": 500}', "error-inside"),
        ("200 OK", '{"code": "20003", "status": "401"}', "error-inside"),
        ("500 Internal Server Error", "<html>oops</html>", "http-500"),
        ("503 Service Unavailable", refusal(20503, 503), "http-503"),
        ("502 Bad Gateway", "", "http-502"),
        ("408 Request Timeout", "", "http-408"),
    ],
)
def test_an_answer_from_which_nobody_can_tell_leaves_it_in_doubt(
    canned: Canned, ask: Ask, status: str, body: str, code: str
) -> None:
    canned.say(status, body)
    assert lost(ask).code == code
    assert len(canned.requests) == 1, "never asked twice"


@pytest.mark.parametrize("sid", [None, "", 7, {"a": 1}, "SM/../x", "SM" + "1" * 200])
def test_a_name_of_another_kind_is_no_name(canned: Canned, ask: Ask, sid: object) -> None:
    canned.say("201 Created", created(sid=sid))
    assert lost(ask).code == "unreadable"


def test_a_line_that_is_cut_leaves_it_unknown(canned: Canned, ask: Ask) -> None:
    assert lost(ask).code == "cut"
    assert len(canned.requests) == 1


@pytest.mark.parametrize("kept", [-20, 40, 3])
def test_half_an_answer_leaves_it_unknown(canned: Canned, ask: Ask, kept: int) -> None:
    canned.answer = worded("201 Created", created())[:kept]
    assert lost(ask).code == "cut"
    assert len(canned.requests) == 1


def test_a_yes_that_ends_in_the_middle_is_no_no(canned: Canned, ask: Ask) -> None:
    canned.answer = worded("400 Bad Request", refusal(21211, 400))[:-5]
    assert lost(ask).code == "cut"


def test_what_is_not_http_leaves_it_unknown(canned: Canned, ask: Ask) -> None:
    canned.answer = b"220 mail.example ESMTP\r\n\r\n"
    assert lost(ask).code == "cut"


def test_silence_leaves_it_unknown(canned: Canned, ask: Ask) -> None:
    canned.silent = True
    assert lost(ask).code == "timeout"
    assert len(canned.requests) == 1


def test_an_answer_that_stops_halfway_leaves_it_unknown(canned: Canned, ask: Ask) -> None:
    canned.keeps_open = True
    canned.answer = worded("201 Created", created())[:-1]
    assert lost(ask).code == "timeout"


@pytest.mark.parametrize("head", [b"Content-Length: 41943040", b"Transfer-Encoding: chunked\r\n\r\n2800000"])
def test_an_answer_without_an_end_is_not_read_to_it(canned: Canned, ask: Ask, head: bytes) -> None:
    end = b"\r\n" if b"chunked" in head else b"\r\n\r\n"
    canned.answer = b"HTTP/1.1 201 Created\r\n" + head + end + b" " * (5 * 1024 * 1024)
    assert lost(ask).code == "oversized"


@pytest.mark.parametrize(
    "status",
    ["401 Unauthorized", "403 Forbidden", "302 Found", "307 Again", "400 Bad Request", "404 Not Found", "413 Large"],
)
def test_a_stranger_who_answers_keeps_the_queue(
    canned: Canned, ask: Ask, status: str, caplog: pytest.LogCaptureFixture
) -> None:
    canned.say(status, "<html>login</html>", f"Location: {canned.url}/login")
    with pytest.raises(TransientFailure) as caught:
        ask()
    assert status[:3] in caught.value.words
    assert "stranger_answered" in caplog.text
    assert len(canned.requests) == 1, "never followed"


def test_an_address_of_the_interface_that_is_not_there_keeps_the_queue(canned: Canned, ask: Ask) -> None:
    canned.say("404 Not Found", refusal(None, 404))
    with pytest.raises(TransientFailure) as caught:
        ask()
    assert caught.value.holds_sender


@pytest.mark.parametrize("code", ["21211", "x" * 5000, {"a": 1}, [21211], -1, True])
def test_a_code_of_another_kind_breaks_nothing(canned: Canned, ask: Ask, code: object) -> None:
    canned.say("400 Bad Request", json.dumps({"code": code, "message": "?", "status": 400}))
    with pytest.raises(ChannelFailure) as caught:
        ask()
    assert len(caught.value.code) <= 20
    assert caught.value.words


def test_an_unknown_code_is_loud_and_not_tried_again(
    canned: Canned, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    canned.say("400 Bad Request", refusal(29999, 400))
    with pytest.raises(PermanentFailure) as caught:
        ask()
    assert (caught.value.code, caught.value.operator) == ("29999", True)
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1
    assert PHONE not in caplog.text


@pytest.mark.parametrize(
    ("code", "status", "kind", "marks"),
    [
        (20003, 401, TransientFailure, {"holds_sender", "whole_account"}),
        (20005, 403, TransientFailure, {"holds_sender", "whole_account"}),
        (21606, 400, TransientFailure, {"holds_sender"}),
        (21611, 400, TransientFailure, set()),
        (21211, 400, PermanentFailure, {"dead_address"}),
        (21614, 400, PermanentFailure, {"dead_address"}),
        (21610, 400, PermanentFailure, {"opted_out"}),
        (21617, 400, PermanentFailure, {"operator"}),
    ],
)
@pytest.mark.parametrize("spoken", ["{} No", "200 OK"])
def test_a_known_code_is_reacted_to_by_the_table_whatever_the_status_says(
    canned: Canned, ask: Ask, code: int, status: int, kind: type[Exception], marks: set[str], spoken: str
) -> None:
    canned.say(spoken.format(status), refusal(code, status))
    with pytest.raises(kind) as caught:
        ask()
    assert getattr(caught.value, "code", "") == str(code)
    every = {"holds_sender", "whole_account", "opted_out", "dead_address", "operator"}
    assert {mark for mark in every if getattr(caught.value, mark, False)} == marks


@pytest.mark.parametrize(("error_code", "code"), [(30005, "30005"), (None, "failed")])
def test_what_is_born_dead_has_not_been_sent(canned: Canned, ask: Ask, error_code: int | None, code: str) -> None:
    canned.say("201 Created", created(status="failed", error_code=error_code))
    with pytest.raises(PermanentFailure) as caught:
        ask()
    assert caught.value.code == code
    assert caught.value.words


def test_what_is_born_dead_and_may_be_tried_again_waits_for_its_receipt(canned: Canned, ask: Ask) -> None:
    canned.say("201 Created", created(status="failed", error_code=30001))
    assert ask().provider_id


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("12", 12.0),
        ("0", 0.0),
        ("9999999", 3600.0),
        ("Wed, 21 Oct 2026 07:28:30 GMT", 30.0),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 0.0),
        ("Thu, 22 Oct 2026 07:28:00 GMT", 3600.0),
        ("Wed, 21 Oct 2026", None),
        ("-5", None),
        ("inf", None),
        ("soon", None),
        ("", None),
    ],
)
def test_too_many_requests_waits_as_told(canned: Canned, ask: Ask, header: str, wait: float | None) -> None:
    date = "Date: Wed, 21 Oct 2026 07:28:00 GMT"
    canned.say("429 Too Many Requests", refusal(20429, 429), f"Retry-After: {header}", date)
    with pytest.raises(TransientFailure) as caught:
        ask()
    assert (caught.value.code, caught.value.retry_after) == ("20429", wait)
    assert not caught.value.holds_sender


def test_a_moment_to_wait_for_means_nothing_without_the_carriers_clock(canned: Canned, ask: Ask) -> None:
    canned.say("429 Too Many Requests", "slow down", "Retry-After: Wed, 21 Oct 2026 07:28:30 GMT")
    with pytest.raises(TransientFailure) as caught:
        ask()
    assert caught.value.retry_after is None


def test_a_status_word_of_tomorrow_is_loud_but_taken(
    canned: Canned, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    canned.say("201 Created", created(status="teleporting"))
    assert ask() == Accepted(str(CREATED["sid"]), Status.ACCEPTED)
    assert "unknown_status_word" in caplog.text


@pytest.mark.parametrize("member", [TwilioSms, TwilioVoice])
@pytest.mark.parametrize(
    ("status", "body"),
    [("200 OK", "<html>"), ("500 Oops", ""), ("401 No", refusal(20003, 401)), ("200 OK", "{}"), ("200 OK", "[]"),
     ("404 Gone", "<html>"), ("404 Gone", refusal(None, 404)), ("200 OK", refusal(20003, 401)),
     ("200 OK", created(sid="SM" + "2" * 32)), ("200 OK", created(status=None))],
)  # fmt: skip
def test_a_log_that_cannot_be_read_proves_nothing(
    canned: Canned, member: Callable[[], Member], status: str, body: str
) -> None:
    canned.say(status, body)
    with pytest.raises(TransientFailure):
        member().look(str(CREATED["sid"]))
    if "sid" not in body:
        with pytest.raises(TransientFailure):
            member().find(outgoing(), since=datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize("member", [TwilioSms, TwilioVoice])
def test_where_one_stands_is_told_with_the_code_of_its_own(canned: Canned, member: Callable[[], Member]) -> None:
    name = str(CREATED["sid"])
    canned.say("200 OK", created(status="undelivered", error_code=30005))
    code = "30005" if member is TwilioSms else ""
    assert member().look(name) == Report("undelivered", code)
    canned.say("404 Not Found", refusal(20404, 404))
    assert member().look(name) is None


def test_who_is_told_to_wait_while_looking_waits(canned: Canned) -> None:
    canned.say("429 Too Many Requests", refusal(20429, 429), "Retry-After: 12")
    with pytest.raises(TransientFailure) as caught:
        TwilioSms().look(str(CREATED["sid"]))
    assert caught.value.retry_after == 12.0
