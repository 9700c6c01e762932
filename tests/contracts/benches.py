"""Each channel together with the levers of its provider, for the suite that holds all of them to the same."""

from __future__ import annotations

import socket
from typing import Any, Protocol

import pytest
from pytest_django.live_server_helper import LiveServer

from messaging.channels.base import Member, OutcomeUnknown, PermanentFailure, TransientFailure
from messaging.channels.memory import Memory
from messaging.channels.smtp import Mail
from messaging.channels.twilio import TwilioSms
from messaging.channels.twilio_voice import TwilioVoice
from sandbox import testing as carrier
from sandbox.models import Call
from tests.support.handing import Hand
from tests.support.mailbox import SmtpSink

PHONE = "+12025550123"
MAILBOX = "rosa@example.org"


class Bench(Protocol):
    """A channel together with the levers of its provider."""

    good: str
    bad: str
    #: The manner of handing over that is tried.
    hand: Hand

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
    hand: Hand

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
    hand: Hand

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
    hand: Hand

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
