"""Redis goes away and comes back empty: workers and beat return by themselves, and nothing crashes."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest
from django.test import Client
from django.utils import timezone

from config import vitals
from config.models import Heartbeat
from config.queues import HOUSEKEEPING, ORDINARY, URGENT
from config.tasks import pulse_urgent
from sandbox.launch.redis_server import RedisServer
from tests.support.processes import Running
from tests.support.waiting import eventually

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "sandbox"]), pytest.mark.slow]


def seen(name: str) -> bool:
    return Heartbeat.objects.filter(name=name).exists()


@pytest.mark.parametrize("outage", ["killed", "stopped"])
def test_a_worker_works_again_after_redis_returns(redis_server: RedisServer, worker: Running, outage: str) -> None:
    pulse_urgent.delay()
    eventually(lambda: seen(URGENT), 20)

    redis_server.kill() if outage == "killed" else redis_server.stop()
    eventually(lambda: "Cannot connect" in worker.output() or "connection" in worker.output().lower(), 20)
    Heartbeat.objects.all().delete()
    redis_server.start()

    def published_and_done() -> bool:
        pulse_urgent.delay()
        return seen(URGENT)

    eventually(published_and_done, 40, interval=0.5)
    assert worker.process.poll() is None


def test_a_worker_returns_when_redis_dies_in_the_middle_of_its_work(redis_server: RedisServer, worker: Running) -> None:
    """Tasks end while their acknowledgement cannot leave: the worker must not count them as in hand for ever."""

    def works() -> bool:
        pulse_urgent.delay()
        return seen(URGENT)

    for pause in (0.0, 0.05, 0.1):
        for _ in range(150):
            pulse_urgent.delay()
        redis_server.kill()
        # how long the outage lasts decides which of its calls a worker is in
        Event().wait(pause)
        redis_server.start()
        Heartbeat.objects.all().delete()
        eventually(works, 30, interval=0.2)
        assert worker.process.poll() is None


def test_beat_and_workers_return_after_an_outage(
    redis_server: RedisServer, worker: Running, start_process: Callable[..., Running]
) -> None:
    beat = start_process("beat")
    processes = ("beat", URGENT, ORDINARY, HOUSEKEEPING)
    eventually(lambda: all(map(seen, processes)), 40, what="every process left its mark")

    redis_server.kill()
    assert "broker" in vitals.look(now=timezone.now()).problems()
    Heartbeat.objects.all().delete()
    redis_server.start()

    eventually(lambda: all(map(seen, processes)), 60, what="every process left its mark again")
    assert beat.process.poll() is None
    assert worker.process.poll() is None


def test_the_web_says_that_redis_is_away(redis_server: RedisServer, redis_url: str, client: Client) -> None:
    redis_server.stop()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "broker" in answer.json()["problems"]
    assert client.get("/healthz").status_code == 200
    assert b'bonewatch_up{part="broker"} 0.0' in client.get("/metrics").content
