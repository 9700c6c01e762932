"""The bucket that Redis counts is the bucket of domain/pacing.py: one arithmetic, written twice."""

from __future__ import annotations

import random

import pytest
import redis

from messaging import pacing_redis
from messaging.domain import pacing as arithmetic
from messaging.domain.pacing import Bucket, Kind, Pace

#: The script's own clock, replaced by the last argument.
BY_HAND = "local now = tonumber(ARGV[#ARGV])\nARGV[#ARGV] = nil\n"


def test_redis_counts_as_this_process_does(redis_url: str) -> None:
    """The script and domain/pacing.py are one arithmetic written twice: both go through the same thousand steps."""
    client = redis.Redis.from_url(redis_url, protocol=2)
    script = client.register_script(pacing_redis.BUCKET.replace(pacing_redis.CLOCK, BY_HAND))
    assert "TIME" not in script.script
    dice = random.Random(4)
    for sender in range(60):
        pace = arithmetic.pace_of(dice.choice([0.3, 1.0, 3.0, 100.0]), dice.choice(list(Kind)))
        now = dice.uniform(1e9, 2e9)
        bucket = arithmetic.full(pace, now=now)
        for step in range(25):
            now += dice.choice([0, 0, dice.expovariate(1), dice.expovariate(0.05), -dice.expovariate(0.1)])
            bucket, expected, arguments = _step(dice, bucket, pace, now)
            head = [arguments[0], repr(pace.rate), repr(pace.burst), *arguments[1:], repr(now)]
            messages, tokens, again, silenced, left = script(keys=[f"one{sender}"], args=head)
            got = (messages, tokens, bool(silenced))
            assert got == (expected.messages, expected.tokens, expected.silenced), (sender, step)
            assert float(again) == pytest.approx(expected.again_in, abs=1e-5)
            assert float(left) == pytest.approx(arithmetic.silence_left(bucket, now=now, urgent=False), abs=1e-5)


def _step(
    dice: random.Random, bucket: Bucket, pace: Pace, now: float
) -> tuple[Bucket, arithmetic.Answer, list[str | int]]:
    """One random step in Python, and the arguments that ask the script for the same."""
    nothing, what = arithmetic.Answer(0, 0, 0.0), dice.random()
    if what < 0.1:
        seconds = dice.choice([0.5, 4.0, 200.0])
        bucket = arithmetic.silenced(arithmetic.refilled(bucket, pace, now=now), seconds, now=now)
        return bucket, nothing, ["silence", repr(seconds)]
    if what < 0.2:
        unused = dice.randrange(-40, 10)
        return arithmetic.given_back(bucket, pace, unused, now=now), nothing, ["settle", "0", unused]
    urgent, owed = dice.random() < 0.3, dice.random() < 0.2
    runs = [(dice.randrange(1, 9), dice.randrange(1, 12)) for _ in range(dice.randrange(1, 4))]
    bucket, answer = arithmetic.take(bucket, pace, runs, now=now, urgent=urgent, owed_ok=owed)
    return bucket, answer, ["take", "0", int(urgent), int(owed), *(number for run in runs for number in run)]
