"""The lines to Twilio, kept and shared by an event loop: what they do to a message when they are cut, slow or away."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from messaging.channels.base import UNREACHABLE, Accepted, OutcomeUnknown, PermanentFailure, TransientFailure
from messaging.channels.twilio import TwilioSms
from messaging.channels.twilio_voice import TwilioVoice
from tests.support import loops
from tests.support.canned import Canned, canned_carrier, worded
from tests.support.handing import MANNERS, Hand
from tests.support.processes import ROOT
from tests.support.twilio_words import CREATED, PHONE, created, outgoing

TAKEN = Accepted(str(CREATED["sid"]))


@pytest.fixture
def canned(settings: Any) -> Iterator[Canned]:
    with canned_carrier() as server:
        settings.TWILIO_API_BASE_URL = server.url
        settings.CARRIER_TIMEOUT_SECONDS = 2
        server.answer = worded("201 Created", created())
        server.keeps_open = True
        yield server


@pytest.fixture(params=sorted(MANNERS))
def hand(request: pytest.FixtureRequest) -> Hand:
    return MANNERS[request.param]


@pytest.fixture
def full_house() -> Iterator[str]:
    """An address at which nobody picks up: as many wait there as fit."""
    with contextlib.ExitStack() as stack:
        house = stack.enter_context(socket.socket())
        house.bind(("127.0.0.1", 0))
        house.listen(0)
        for _ in range(8):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(house.getsockname())
        yield f"http://127.0.0.1:{house.getsockname()[1]}"


class TestKeptLines:
    def test_many_are_in_flight_at_once_and_the_lines_serve_again(self, canned: Canned) -> None:
        member, calls = TwilioSms(), TwilioVoice()

        async def twice() -> list[Accepted]:
            first = await asyncio.gather(*(member.deliver(outgoing()) for _ in range(20)))
            return first + await asyncio.gather(*(calls.deliver(outgoing()) for _ in range(20)))

        assert loops.run(twice()) == [TAKEN] * 40
        assert len(canned.lines) == 20, "a line for each that is in flight, and the same for those that follow"

    def test_a_line_that_dies_under_a_message_is_never_asked_again(self, canned: Canned) -> None:
        canned.script = [canned.answer, b""]

        async def second() -> Accepted:
            member = TwilioSms()
            await member.deliver(outgoing())
            return await member.deliver(outgoing(body="Another one."))

        with pytest.raises(OutcomeUnknown) as caught:
            loops.run(second())
        assert caught.value.code == "cut"
        assert len(canned.requests) == 2, "the library asks for some things twice; for this it must not"
        assert len(canned.lines) == 1

    def test_a_line_that_was_closed_while_idle_hurts_nobody(self, canned: Canned) -> None:
        async def second() -> Accepted:
            member = TwilioSms()
            await member.deliver(outgoing())
            canned.hang_up()
            while not canned.closed.is_set():
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            return await member.deliver(outgoing())

        assert loops.run(second()) == TAKEN
        assert (len(canned.requests), len(canned.lines)) == (2, 2)

    def test_a_line_found_closed_only_when_it_is_used_leaves_it_unknown(self, canned: Canned) -> None:
        async def second() -> Accepted:
            member = TwilioSms()
            await member.deliver(outgoing())
            # The loop has no moment to notice.
            canned.hang_up()
            return await member.deliver(outgoing())

        with pytest.raises(OutcomeUnknown):
            loops.run(second())
        assert len(canned.requests) == 1, "nobody heard it, but that is not known here"

    def test_one_that_is_given_up_takes_its_line_with_it(self, canned: Canned) -> None:
        member = TwilioSms()

        async def given_up_then_next() -> Accepted:
            canned.silent = True
            asked = asyncio.create_task(member.deliver(outgoing()))
            while not canned.requests:
                await asyncio.sleep(0.01)
            asked.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asked
            canned.silent = False
            return await member.deliver(outgoing())

        assert loops.run(given_up_then_next()) == TAKEN
        assert len(canned.lines) == 2

    def test_each_loop_has_lines_of_its_own_and_closes_them(self, canned: Canned) -> None:
        member = TwilioSms()
        for number in (1, 2, 3):
            canned.closed.clear()
            assert loops.run(member.deliver(outgoing())) == TAKEN
            assert canned.closed.wait(5), "the end of the loop is the end of its lines"
            assert len(canned.lines) == number


class TestNoLineAtAll:
    def test_where_nobody_picks_up_nothing_was_taken(self, full_house: str, hand: Hand, settings: Any) -> None:
        settings.TWILIO_API_BASE_URL = full_house
        settings.CARRIER_TIMEOUT_SECONDS = 1
        with pytest.raises(TransientFailure) as caught:
            hand(TwilioSms(), outgoing())
        assert caught.value.code == UNREACHABLE

    @pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://nobody.invalid"])
    def test_where_nobody_is_nothing_was_taken(self, hand: Hand, settings: Any, address: str) -> None:
        settings.TWILIO_API_BASE_URL = address
        with pytest.raises(TransientFailure) as caught:
            hand(TwilioSms(), outgoing())
        assert caught.value.code == UNREACHABLE

    @pytest.mark.parametrize("address", ["http://", "ftp://127.0.0.1", "http://[::1", "127.0.0.1"])
    def test_an_address_that_is_none_is_told_to_the_operator(
        self, hand: Hand, settings: Any, address: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.TWILIO_API_BASE_URL = address
        with pytest.raises(TransientFailure) as caught:
            hand(TwilioSms(), outgoing())
        assert caught.value.code == "address"
        assert "carrier_address_malformed" in caplog.text

    def test_a_door_that_speaks_no_tls_has_taken_nothing(self, canned: Canned, settings: Any) -> None:
        canned.answer = b"what?\n\n"
        settings.TWILIO_API_BASE_URL = canned.url.replace("http:", "https:")
        settings.CARRIER_TIMEOUT_SECONDS = 2
        with pytest.raises(TransientFailure) as caught:
            loops.run(TwilioSms().deliver(outgoing()))
        assert caught.value.code == UNREACHABLE

    def test_a_text_that_no_form_can_hold_is_not_asked_for(self, canned: Canned, hand: Hand) -> None:
        with pytest.raises(PermanentFailure) as caught:
            hand(TwilioSms(), outgoing(body="half a face: \ud83d"))
        assert caught.value.code == "malformed"
        assert canned.requests == []


def test_nothing_that_the_loop_says_holds_a_number_or_a_text(canned: Canned, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    canned.script = [canned.answer, b"", worded("400 No", '{"code": 21211}')]

    async def three() -> list[Accepted | BaseException]:
        member = TwilioSms()
        return [*await asyncio.gather(*(member.deliver(outgoing()) for _ in range(3)), return_exceptions=True)]

    assert len([failure for failure in loops.run(three()) if isinstance(failure, Exception)]) == 2
    assert PHONE[1:] not in caplog.text
    assert "tomorrow" not in caplog.text


@pytest.mark.parametrize("ending", ["pass", "loop.call_soon_threadsafe(loop.stop); thread.join(5)"])
def test_a_process_that_ends_with_lines_open_ends_in_silence(canned: Canned, ending: str) -> None:
    lines = [
        "import asyncio, threading, django; django.setup()",
        "from messaging.channels.twilio import TwilioSms",
        "from tests.support.twilio_words import outgoing",
        "loop = asyncio.new_event_loop()",
        "thread = threading.Thread(target=loop.run_forever, daemon=True); thread.start()",
        "print(asyncio.run_coroutine_threadsafe(TwilioSms().deliver(outgoing()), loop).result(10).provider_id)",
        ending,
    ]
    command = [sys.executable, "-W", "always::ResourceWarning", "-c", "\n".join(lines)]
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test", "TWILIO_API_BASE_URL": canned.url}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.splitlines()[-1:] == [TAKEN.provider_id], done.stderr
    assert (done.returncode, done.stderr) == (0, "")
