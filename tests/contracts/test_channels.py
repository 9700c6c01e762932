"""One suite for every channel: in memory, Twilio's texts and calls (at the sandbox), SMTP (at a real mail host)."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Protocol
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from messaging.channels.base import (
    Accepted,
    Member,
    OutcomeUnknown,
    Outgoing,
    PermanentFailure,
    TransientFailure,
)
from messaging.channels.memory import Memory
from messaging.channels.smtp import Mail
from messaging.channels.twilio import TwilioSms
from messaging.channels.twilio_voice import TwilioVoice
from messaging.domain.delivery import Channel, Status
from sandbox import testing as carrier
from sandbox.models import Call
from tests.support.mailbox import SmtpSink

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])

PHONE = "+12025550123"
MAILBOX = "rosa@example.org"


class Bench(Protocol):
    """A channel together with the levers of its provider."""

    good: str
    bad: str

    def member(self) -> Member: ...
    def arrived(self, address: str) -> list[str]: ...
    def refuse_for_good(self) -> None: ...
    def refuse_for_now(self) -> None: ...
    def lose_the_answer(self) -> None: ...
    def behave(self) -> None: ...
    def go_away(self) -> None: ...


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MemoryBench:
    good, bad = PHONE, "+12025550199"

    def member(self) -> Member:
        return Memory()

    def arrived(self, address: str) -> list[str]:
        return [sent.body for _, sent in Memory.taken if sent.address == address]

    def refuse_for_good(self) -> None:
        Memory.failures.append(PermanentFailure("21614", "not a mobile number"))

    def refuse_for_now(self) -> None:
        Memory.failures.append(TransientFailure("20429", "too many requests"))

    def lose_the_answer(self) -> None:
        Memory.failures.append(OutcomeUnknown("ReadTimeout"))

    def behave(self) -> None:
        Memory.failures.clear()

    def go_away(self) -> None:
        Memory.failures.append(TransientFailure("connect", "no connection"))


class TwilioBench:
    good, bad = PHONE, "+15005550001"

    def __init__(self, settings: Any, server: LiveServer) -> None:
        self.settings = settings
        settings.TWILIO_API_BASE_URL = f"{server.url}/sandbox/twilio"
        settings.CARRIER_TIMEOUT_SECONDS = 3

    def member(self) -> Member:
        return TwilioSms()

    def arrived(self, address: str) -> list[str]:
        return carrier.bodies_to(address)

    def refuse_for_good(self) -> None:
        pass  # the number `bad` is one that Twilio never takes

    def refuse_for_now(self) -> None:
        carrier.misbehave(too_many_percent=100, retry_after_s=7)

    def lose_the_answer(self) -> None:
        carrier.misbehave(drop_percent=100)

    def behave(self) -> None:
        carrier.behave()

    def go_away(self) -> None:
        self.settings.TWILIO_API_BASE_URL = f"http://127.0.0.1:{closed_port()}"


class VoiceBench(TwilioBench):
    """Calls: what is said is fetched later, so what arrives here is the address of it."""

    def member(self) -> Member:
        return TwilioVoice()

    def arrived(self, address: str) -> list[str]:
        return list(Call.objects.filter(phone__number=address).order_by("id").values_list("url", flat=True))


class MailBench:
    good, bad = MAILBOX, "nobody@example.org"

    def __init__(self, settings: Any, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings, self.sink, self.monkeypatch = settings, sink, monkeypatch
        self.taking = sink.handle_DATA

    def member(self) -> Member:
        return Mail()

    def arrived(self, address: str) -> list[str]:
        bodies = [mail.get_body(("plain",)) for mail in self.sink.to(address)]
        return [body.get_content().strip() for body in bodies if body is not None]

    def refuse_for_good(self) -> None:
        self.sink.answers[self.bad] = "550 5.1.1 no mailbox nobody@example.org here"

    def refuse_for_now(self) -> None:
        self.sink.answers[self.good] = "451 4.3.0 busy"

    def lose_the_answer(self) -> None:
        async def take_and_hang_up(server: Any, session: Any, envelope: Any) -> str:
            answer = await self.taking(server, session, envelope)
            server.transport.abort()
            return answer

        self.monkeypatch.setattr(self.sink, "handle_DATA", take_and_hang_up)

    def behave(self) -> None:
        self.sink.answers.clear()
        self.monkeypatch.setattr(self.sink, "handle_DATA", self.taking)

    def go_away(self) -> None:
        self.settings.EMAIL_PORT = closed_port()


@pytest.fixture(params=["memory", "twilio", "voice", "mail"])
def bench(request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    if request.param == "memory":
        Memory.reset()
        yield MemoryBench()
        Memory.reset()
    elif request.param == "twilio":
        yield TwilioBench(settings, request.getfixturevalue("live_server"))
    elif request.param == "voice":
        yield VoiceBench(settings, request.getfixturevalue("live_server"))
    else:
        yield MailBench(settings, request.getfixturevalue("smtp_sink"), monkeypatch)


def message(bench: Bench, **changes: Any) -> Outgoing:
    mail, voice = isinstance(bench, MailBench), isinstance(bench, VoiceBench)
    plain: dict[str, Any] = {
        "uuid": uuid4(),
        "channel": Channel.EMAIL if mail else Channel.VOICE if voice else Channel.SMS,
        "address": bench.good,
        "sender": "Clinic <clinic@bonewatch.example>" if mail else "+12025550100",
        "subject": "Your visit" if mail else "",
        "body": "Your visit is mañana at 9:30.",
        "answer_url": "https://clinic.example/webhooks/twilio/voice/x/" if voice else "",
        "callback_url": "" if mail else "https://clinic.example/webhooks/twilio/status/x/",
    }
    return Outgoing(**plain | changes)


def test_what_is_sent_arrives_and_gets_a_name(bench: Bench) -> None:
    answer = bench.member().send(message(bench))
    assert isinstance(answer, Accepted)
    assert answer.provider_id
    assert answer.status in (Status.ACCEPTED, Status.SENT)
    sent = message(bench)
    assert bench.arrived(bench.good) == [sent.answer_url or sent.body]


def test_each_message_gets_a_name_of_its_own(bench: Bench) -> None:
    member = bench.member()
    names = {member.send(message(bench)).provider_id for _ in range(3)}
    assert len(names) == 3
    assert len(bench.arrived(bench.good)) == 3


def test_a_refusal_for_good_says_why_without_naming_the_address(bench: Bench) -> None:
    bench.refuse_for_good()
    with pytest.raises(PermanentFailure) as caught:
        bench.member().send(message(bench, address=bench.bad))
    assert caught.value.code
    assert caught.value.words
    assert bench.bad not in caught.value.words + str(caught.value)
    assert not bench.arrived(bench.bad)


def test_a_refusal_for_now_is_worth_another_try(bench: Bench) -> None:
    bench.refuse_for_now()
    member = bench.member()
    with pytest.raises(TransientFailure):
        member.send(message(bench))
    assert not bench.arrived(bench.good)
    bench.behave()
    member.send(message(bench))
    assert len(bench.arrived(bench.good)) == 1


def test_a_lost_answer_is_unknown_and_never_called_a_failure(bench: Bench) -> None:
    bench.lose_the_answer()
    with pytest.raises(OutcomeUnknown):
        bench.member().send(message(bench))
    assert len(bench.arrived(bench.good)) == 1


def test_a_provider_that_is_away_has_taken_nothing(bench: Bench) -> None:
    bench.go_away()
    with pytest.raises(TransientFailure):
        bench.member().send(message(bench))


def test_where_there_is_a_log_it_shows_what_was_taken_although_the_answer_was_lost(bench: Bench) -> None:
    since = timezone.now() - timedelta(minutes=1)
    member = bench.member()
    # A call's words are not in the log: what another message bears the name of is told apart by that name.
    first = None if isinstance(bench, VoiceBench) else member.send(message(bench, body="Something else."))
    bench.lose_the_answer()
    doubtful = message(bench)
    with pytest.raises(OutcomeUnknown):
        member.send(doubtful)
    bench.behave()
    found = member.find(doubtful, since=since)
    assert len(found) == (1 if member.keeps_log else 0)
    assert first is None or first.provider_id not in {entry.provider_id for entry in found}


def test_what_was_never_taken_is_not_in_the_log(bench: Bench) -> None:
    member = bench.member()
    since = timezone.now() - timedelta(minutes=1)
    assert list(member.find(message(bench), since=since)) == []
    member.send(message(bench))
    if not isinstance(bench, VoiceBench):
        assert list(member.find(message(bench, body="Never sent."), since=since)) == []
    assert list(member.find(message(bench, address="+12025550177"), since=since)) == []


@pytest.mark.parametrize("body", ["👍", "x" * 1601, "‮abc", "a\r\nb", "'; DROP TABLE"])
def test_an_unforeseen_text_is_either_taken_or_refused_for_good(bench: Bench, body: str) -> None:
    with contextlib.suppress(PermanentFailure):
        assert bench.member().send(message(bench, body=body)).provider_id
