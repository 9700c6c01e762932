"""Redis is killed, stopped or hangs while pace is kept: nobody waits for it, and nobody runs faster than is safe."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from messaging.broker import PAUSE_SECONDS
from messaging.domain.delivery import Channel, Urgency
from messaging.domain.pacing import Kind
from messaging.pacing import Pacer, SenderKey
from sandbox.launch.redis_server import RedisServer
from tests.support.pacing import SENDER, another

pytestmark = pytest.mark.slow

ORDINARY, URGENT = Urgency.ORDINARY, Urgency.URGENT


@pytest.fixture(autouse=True)
def _real_paces(settings: Any) -> None:
    settings.CARRIER_PACES = {Kind.LONG_CODE: 40.0}


@pytest.fixture(params=["killed", "stopped", "hanging"])
def outage(request: pytest.FixtureRequest, redis_server: RedisServer, redis_url: str) -> Iterator[Callable[[], None]]:
    """Call it, and Redis is away until the test ends."""
    begun: list[int] = []

    def begin() -> None:
        assert redis_server.pid is not None
        begun.append(redis_server.pid)
        if request.param == "hanging":
            os.kill(begun[0], signal.SIGSTOP)
        else:
            redis_server.kill() if request.param == "killed" else redis_server.stop()

    yield begin
    if begun and request.param == "hanging":
        os.kill(begun[0], signal.SIGCONT)


def taken_in(pacers: list[Pacer], seconds: float) -> tuple[int, float]:
    """What all took together by asking all the time, and the longest that one question took."""
    start, total, longest = time.monotonic(), 0, 0.0
    while time.monotonic() - start < seconds:
        for one in pacers:
            before = time.monotonic()
            total += one.take(SENDER, 10, urgency=ORDINARY, owed_ok=False).granted
            longest = max(longest, time.monotonic() - before)
        threading.Event().wait(0.01)
    return total, longest


def test_four_runs_that_lost_redis_are_together_no_faster_than_one_sender_may_be(
    redis_url: str, outage: Callable[[], None]
) -> None:
    pacers = [another(redis_url) for _ in range(4)]
    taken_in(pacers, 0.2)
    outage()
    start = time.monotonic()
    total, longest = taken_in(pacers, 3.0)
    # One more burst at most, as after a flush.
    assert 100 < total <= 40 * (time.monotonic() - start) + 120
    assert longest < 2


def test_after_the_first_disappointment_nobody_waits(redis_url: str, outage: Callable[[], None]) -> None:
    mine = another(redis_url)
    outage()
    mine.take(SENDER, 1, urgency=URGENT, owed_ok=True)
    start = time.monotonic()
    for number in range(500):
        assert mine.take(SENDER, 3, urgency=URGENT, owed_ok=True).granted == 3
        mine.settle(SENDER, 1)
        assert mine.concurrency(runner=f"run{number}", urgency=ORDINARY) == 22
        mine.leave(f"run{number}")
    assert time.monotonic() - start < 2
    mine.slow_down(SENDER, retry_after=9)
    assert mine.take(SENDER, 3, urgency=URGENT, owed_ok=True).granted == 0
    assert mine.concurrency(runner="later", urgency=URGENT) in (12, 13, 14)


def test_calls_wait_for_seconds_only_while_redis_is_away(redis_url: str, outage: Callable[[], None]) -> None:
    mine = another(redis_url)
    outage()
    sender = SenderKey(Channel.VOICE, "+12025550101")
    assert mine.take(sender, 4, urgency=URGENT, owed_ok=False).granted == 1
    grant = mine.take(sender, 3, urgency=URGENT, owed_ok=False)
    assert grant.granted == 0
    assert grant.again_in <= 2


def test_what_redis_knew_counts_again_once_it_is_back(redis_server: RedisServer, redis_url: str) -> None:
    """It hung for a while and remembers everything."""
    moment = [time.monotonic()]
    mine, other = another(redis_url, clock=lambda: moment[0]), another(redis_url)
    pid = redis_server.pid
    assert pid is not None
    mine.take(SENDER, 1000, urgency=URGENT, owed_ok=True)
    os.kill(pid, signal.SIGSTOP)
    try:
        assert mine.take(SENDER, 5, urgency=ORDINARY, owed_ok=False).granted == 5
    finally:
        os.kill(pid, signal.SIGCONT)
    assert other.take(SENDER, 5, urgency=ORDINARY, owed_ok=False).granted == 0
    moment[0] += PAUSE_SECONDS
    # The debt of an urgent burst is there: nothing was lost by the outage.
    assert mine.take(SENDER, 5, urgency=ORDINARY, owed_ok=False).granted == 0


def test_a_redis_that_was_restarted_is_asked_again_at_once(redis_server: RedisServer, redis_url: str) -> None:
    """It forgot its scripts and everything else, and the line to it is cut."""
    mine, other = another(redis_url), another(redis_url)
    mine.take(SENDER, 1, urgency=ORDINARY, owed_ok=False)
    redis_server.kill()
    redis_server.start()
    assert mine.take(SENDER, 100, urgency=ORDINARY, owed_ok=False).granted == 100
    # Both again look into the same bucket.
    assert other.take(SENDER, 100, urgency=ORDINARY, owed_ok=False).granted < 90
