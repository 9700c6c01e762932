"""The levers of the in-memory channel, on which the tests of the engine lean."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Iterator

import pytest

from messaging.channels.base import ChannelFailure, OutcomeUnknown, Report, TransientFailure
from messaging.channels.memory import Memory
from tests.support import loops
from tests.support.twilio_words import outgoing
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    Memory.reset()
    yield
    Memory.reset()


def test_slow_answers_are_waited_for_side_by_side() -> None:
    Memory.answers_after = 0.2

    async def many() -> float:
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(Memory().deliver(outgoing()) for _ in range(50)))
        return asyncio.get_running_loop().time() - began

    assert 0.2 <= loops.run(many()) < 5, "one after the other they take ten seconds"
    assert Memory.most_at_once == 50


def test_who_never_hears_an_answer_was_heard_all_the_same() -> None:
    Memory.answers_after = math.inf

    async def given_up() -> None:
        await asyncio.wait_for(Memory().deliver(outgoing()), 0.05)

    with pytest.raises(TimeoutError):
        loops.run(given_up())
    assert len(Memory.taken) == 1


def test_a_reset_lets_go_of_whoever_still_waits() -> None:
    Memory.answers_after = math.inf
    waiting = threading.Thread(target=Memory().send, args=[outgoing()])
    waiting.start()
    eventually(lambda: Memory.taken)
    assert waiting.is_alive()
    Memory.reset()
    waiting.join(5)
    assert not waiting.is_alive()


@pytest.mark.parametrize(
    ("failure", "taken"), [(TransientFailure("x"), 0), (OutcomeUnknown("ReadTimeout"), 1), (OutcomeUnknown("lost"), 0)]
)
def test_each_failure_is_met_once_and_in_order(failure: ChannelFailure, taken: int) -> None:
    Memory.failures.append(failure)
    with pytest.raises(type(failure)):
        loops.run(Memory().deliver(outgoing()))
    assert len(Memory.taken) == taken
    assert loops.run(Memory().deliver(outgoing())).provider_id


def test_where_a_message_stands_is_what_the_test_says() -> None:
    name = Memory().send(outgoing()).provider_id
    assert Memory().look(name) == Report("queued")
    Memory.reports[name] = Report("undelivered", "30005")
    assert Memory().look(name) == Report("undelivered", "30005")
    assert Memory().look("memory-99") is None
