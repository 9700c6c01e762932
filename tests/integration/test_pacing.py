"""Several processes and one Redis: together they keep a sender's pace, its silences, and the carrier's limit."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.utils import timezone

from messaging import pacing_redis
from messaging.domain.delivery import Channel, Urgency
from messaging.domain.pacing import Kind
from messaging.models import Sender
from messaging.pacing import Pacer, SenderKey, pacer
from tests.support.pacing import SENDER, another

ORDINARY, URGENT = Urgency.ORDINARY, Urgency.URGENT


@pytest.fixture(autouse=True)
def _real_paces(settings: Any) -> None:
    settings.CARRIER_PACES = {}


@pytest.fixture
def client(redis_url: str) -> redis.Redis:
    return redis.Redis.from_url(redis_url, protocol=2, decode_responses=True)


def drain(pacers: list[Pacer], sender: SenderKey, seconds: float) -> float:
    """Each in a thread of its own takes whatever it can; answers tokens, less what the seconds were worth."""
    start = time.monotonic()
    taken = [0] * len(pacers)

    def go(number: int) -> None:
        while time.monotonic() - start < seconds:
            grant = pacers[number].take(sender, 10, urgency=ORDINARY, owed_ok=False)
            taken[number] += grant.granted
            threading.Event().wait(min(grant.again_in, 0.05))

    threads = [threading.Thread(target=go, args=(number,)) for number in range(len(pacers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(taken) - pacers[0].pace(sender).rate * (time.monotonic() - start)


def test_two_processes_together_keep_the_pace_of_one_sender(redis_url: str, settings: Any) -> None:
    settings.CARRIER_PACES = {Kind.LONG_CODE: 40.0}
    # One burst of three seconds' worth, and no more whoever asks.
    assert 60 < drain([another(redis_url), another(redis_url)], SENDER, 1.5) <= 120


def test_senders_do_not_wait_for_each_other(redis_url: str) -> None:
    mine = another(redis_url)
    assert mine.take(SENDER, 100, urgency=ORDINARY, owed_ok=False).granted == 3
    assert mine.take(SenderKey(Channel.SMS, "+12025550101"), 100, urgency=ORDINARY, owed_ok=False).granted == 3
    assert mine.take(SenderKey(Channel.VOICE, SENDER.address), 100, urgency=ORDINARY, owed_ok=False).granted == 1


def test_urgent_texts_leave_at_once_and_the_ordinary_ones_of_that_sender_pay(redis_url: str) -> None:
    mine, other = another(redis_url), another(redis_url)
    assert mine.take(SENDER, 50, urgency=URGENT, owed_ok=True).granted == 50
    grant = other.take(SENDER, 1, urgency=ORDINARY, owed_ok=False)
    assert grant.granted == 0
    assert grant.again_in == pytest.approx(48, abs=5)


def test_calls_leave_one_after_the_other(redis_url: str) -> None:
    sender = SenderKey(Channel.VOICE, "+12025550101")
    grant = another(redis_url).take(sender, 5, urgency=URGENT, owed_ok=False)
    assert grant.granted == 1
    assert 0 < grant.again_in <= 1


def test_messages_are_taken_whole_and_the_rest_is_settled(redis_url: str) -> None:
    mine = another(redis_url)
    assert mine.take_whole(SENDER, [2, 2, 1], urgency=ORDINARY, owed_ok=False).granted == 1
    mine.settle(SENDER, 2)
    assert mine.take(SENDER, 9, urgency=ORDINARY, owed_ok=False).granted == 3
    # Texts turned out longer than the places that were taken for them.
    mine.settle(SENDER, -6)
    assert mine.take(SENDER, 1, urgency=ORDINARY, owed_ok=False).again_in == pytest.approx(7, abs=3)


@pytest.mark.django_db
def test_a_sender_keeps_the_pace_that_the_admin_gave_it(redis_url: str) -> None:
    Sender.objects.create(channel=Channel.SMS, address=SENDER.address, pace=20)
    Sender.objects.create(channel=Channel.SMS, address="+12025550101")
    mine, now = another(redis_url), timezone.now()
    mine.refresh(now=now)
    assert mine.take(SENDER, 1000, urgency=ORDINARY, owed_ok=False).granted == 60
    assert mine.pace(SenderKey(Channel.SMS, "+12025550101")).rate == 1
    Sender.objects.update(pace=30)
    mine.refresh(now=now + timedelta(seconds=29))
    assert mine.pace(SENDER).rate == 20
    mine.refresh(now=now + timedelta(seconds=30))
    assert mine.pace(SENDER).rate == 30


@pytest.mark.django_db
def test_a_mailbox_is_the_same_sender_whatever_words_stand_before_it(redis_url: str) -> None:
    Sender.objects.create(channel=Channel.EMAIL, address="clinic@example.org", pace=0.1)
    mine, names = another(redis_url), ("Clinic <clinic@Example.org>", "clinic@example.org")
    mine.refresh(now=timezone.now())
    keys = [SenderKey(Channel.EMAIL, name) for name in names]
    assert [mine.take(key, 99, urgency=ORDINARY, owed_ok=False).granted for key in keys] == [1, 0]


def test_what_lies_in_redis_names_nobody_and_goes_by_itself(redis_url: str, client: redis.Redis) -> None:
    mine = another(redis_url)
    mine.take(SenderKey(Channel.EMAIL, "clinic@example.org"), 1, urgency=ORDINARY, owed_ok=False)
    mine.take(SENDER, 500, urgency=URGENT, owed_ok=True)
    mine.slow_down(SENDER, retry_after=5)
    mine.concurrency(runner="run-1", urgency=ORDINARY)
    keys = list(client.scan_iter("*"))
    held = " ".join(keys) + str([client.hgetall(key) for key in keys])
    assert "2025550100" not in held
    assert "clinic" not in held
    assert len(keys) == 4
    # The debt is remembered until it is paid.
    assert max(client.ttl(key) for key in keys) == pytest.approx(565, abs=20)
    assert all(0 < client.ttl(key) <= 600 for key in keys)


def test_a_silence_is_heard_by_every_process_and_passes(redis_url: str, eventually: Callable[..., Any]) -> None:
    told, other = another(redis_url), another(redis_url)
    start = time.monotonic()
    told.slow_down(SENDER, retry_after=1.5)
    for one in (told, other, other):
        grant = one.take(SENDER, 1, urgency=ORDINARY, owed_ok=False)
        assert grant.granted == 0
        assert 0 < grant.again_in <= 1.5
    eventually(lambda: other.take(SENDER, 1, urgency=ORDINARY, owed_ok=False).granted, 5)
    assert time.monotonic() - start > 1.4
    assert told.take(SENDER, 1, urgency=ORDINARY, owed_ok=False).granted == 1


def test_a_silence_is_not_lengthened_by_those_who_ask_during_it(redis_url: str) -> None:
    pacers = [another(redis_url) for _ in range(3)]
    start = time.monotonic()
    pacers[0].slow_down(SENDER, retry_after=1.0)
    # Urgent ones ask all the time, and each tells Redis what it knows.
    while pacers[1].take(SENDER, 5, urgency=URGENT, owed_ok=True).granted < 5:
        pacers[2].take(SENDER, 5, urgency=URGENT, owed_ok=True)
        assert time.monotonic() - start < 4
    assert time.monotonic() - start > 0.9


def test_an_emptied_redis_does_not_end_a_silence(redis_url: str, client: redis.Redis) -> None:
    told, other = another(redis_url), another(redis_url)
    told.slow_down(SENDER, retry_after=30)
    client.flushall()
    assert told.take(SENDER, 5, urgency=URGENT, owed_ok=True).granted == 0
    assert other.take(SENDER, 5, urgency=ORDINARY, owed_ok=False).granted == 0


def test_one_flush_allows_one_more_burst(redis_url: str, client: redis.Redis, settings: Any) -> None:
    settings.CARRIER_PACES = {Kind.LONG_CODE: 10.0}
    pacers = [another(redis_url), another(redis_url)]
    drain(pacers, SENDER, 0.2)
    client.flushall()
    assert 10 < drain(pacers, SENDER, 0.5) <= 30


def test_processes_that_start_and_end_share_the_limit(redis_url: str) -> None:
    first, second = another(redis_url), another(redis_url)
    assert first.concurrency(runner="a", urgency=ORDINARY) == 90
    # What is in flight cannot be called back: a newcomer begins with what is free.
    assert second.concurrency(runner="b", urgency=ORDINARY) == 1
    first.leave("a")
    second.leave("b")
    assert second.concurrency(runner="c", urgency=ORDINARY) == 90


def test_shares_even_out_within_two_seconds_and_leave_room_for_urgent_ones(
    redis_url: str, eventually: Callable[..., Any]
) -> None:
    first, second, pages = (another(redis_url) for _ in range(3))

    def shares() -> list[int]:
        return [
            first.concurrency(runner="a", urgency=ORDINARY),
            second.concurrency(runner="b", urgency=ORDINARY),
        ]

    eventually(lambda: shares() == [45, 45], 8)
    # Its reserve is there before anybody has moved up.
    assert pages.concurrency(runner="p", urgency=URGENT) == 10
    eventually(lambda: [*shares(), pages.concurrency(runner="p", urgency=URGENT)] == [25, 25, 50], 8)
    pages.leave("p")
    eventually(lambda: shares() == [45, 45], 8)


def test_a_run_that_died_is_missed_within_seconds(redis_url: str, eventually: Callable[..., Any]) -> None:
    dead, alive = another(redis_url), another(redis_url)
    dead.concurrency(runner="dead", urgency=ORDINARY)
    assert alive.concurrency(runner="alive", urgency=ORDINARY) == 1
    eventually(lambda: alive.concurrency(runner="alive", urgency=ORDINARY) == 90, 12)


def test_too_many_requests_halve_the_places_of_all_and_they_grow_back(
    redis_url: str, eventually: Callable[..., Any]
) -> None:
    first, second = another(redis_url), another(redis_url)
    for _ in range(50):
        first.slow_down(SENDER, retry_after=0.1)
    assert 50 <= first.concurrency(runner="a", urgency=URGENT) <= 60
    first.leave("a")
    assert 50 <= second.concurrency(runner="b", urgency=URGENT) <= 60
    second.leave("b")
    assert second.concurrency(runner="c", urgency=ORDINARY) <= 55
    second.leave("c")
    eventually(lambda: second.concurrency(runner="d", urgency=URGENT) > 65, 8)


def test_a_run_that_ends_right_after_a_refusal_leaves_its_places(redis_url: str) -> None:
    first, second = another(redis_url), another(redis_url)
    assert first.concurrency(runner="a", urgency=URGENT) == 100
    first.slow_down(SENDER, retry_after=0.1)
    first.leave("a")
    assert second.concurrency(runner="b", urgency=URGENT) >= 50


def test_a_sender_that_is_too_fast_for_its_network_takes_no_places_from_others(redis_url: str) -> None:
    mine = another(redis_url)
    mine.slow_down(SENDER, retry_after=None, crowded=False)
    assert mine.take(SENDER, 1, urgency=ORDINARY, owed_ok=False).again_in > 1
    assert mine.concurrency(runner="a", urgency=URGENT) == 100


@pytest.mark.parametrize("limit", [1, 2, 7, 40])
def test_no_crowd_of_runs_takes_more_than_there_is(redis_url: str, settings: Any, limit: int) -> None:
    """Runs come, ask, and go, in any order."""
    settings.CARRIER_CONCURRENCY = limit
    dice, shared, held = random.Random(limit), pacing_redis.Shared(redis_url), dict[str, int]()
    for _ in range(300):
        runner = f"{dice.choice('ou')}{dice.randrange(3)}"
        if dice.random() < 0.2:
            shared.leave(runner, top=limit)
            held.pop(runner, None)
        else:
            answer = shared.join(runner, urgent=runner[0] == "u", top=limit, known=float(limit))
            assert answer is not None
            held[runner] = answer[0]
        # Nobody is left without one place.
        beyond = sum(held.values()) - limit
        assert beyond <= sum(share == 1 for share in held.values())
        ordinary = [share for run, share in held.items() if run[0] == "o" and share > 1]
        assert sum(ordinary) <= limit - min(10, limit // 2)


def test_a_process_has_one_pacer_and_other_settings_make_another(redis_url: str, settings: Any) -> None:
    before = pacer()
    assert pacer() is before
    settings.CARRIER_CONCURRENCY = 7
    assert pacer() is not before
    assert pacer().concurrency(runner="a", urgency=URGENT) == 7
