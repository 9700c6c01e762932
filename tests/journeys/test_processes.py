"""Each process of the Procfile runs alone from the environment and stops cleanly on SIGTERM."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from config.queues import QUEUES
from sandbox.launch.ports import LOOPBACK, wait_for_listener
from sandbox.launch.redis_server import RedisServer
from tests.support.processes import Running
from tests.support.waiting import eventually

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "sandbox"]), pytest.mark.slow]


def group_is_gone(pid: int) -> bool:
    """No process is left in the session that `pid` led (field 6 of /proc/*/stat)."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[3] == str(pid) and fields[0] != "Z":
            return False
    return True


def something_is_queued(url: str) -> bool:
    with redis.Redis.from_url(url) as client:
        return any(client.llen(queue) for queue in QUEUES)


@pytest.mark.parametrize("name", ["worker-ordinary", "worker-urgent"])
def test_a_worker_starts_and_stops(redis_url: str, start_process: Callable[..., Running], name: str) -> None:
    worker = start_process(name)
    worker.says(" ready.")
    assert worker.stop() == 0
    assert group_is_gone(worker.process.pid)
    assert "Traceback" not in worker.output()


def test_beat_starts_and_stops(redis_url: str, start_process: Callable[..., Running]) -> None:
    beat = start_process("beat")
    eventually(lambda: something_is_queued(redis_url), 30, what="beat published something")
    assert beat.stop() == 0
    assert group_is_gone(beat.process.pid)
    assert "Traceback" not in beat.output()


def test_the_web_starts_answers_and_stops(redis_url: str, start_process: Callable[..., Running]) -> None:
    port = int(os.environ["PORT"])
    web = start_process("web")
    assert wait_for_listener(port, timeout=30), web.output()
    with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/healthz", timeout=10) as answer:
        assert answer.status == 200
    assert web.stop() == 0
    assert group_is_gone(web.process.pid)
    assert "Traceback" not in web.output()


@pytest.mark.parametrize("name", ["worker-urgent", "beat"])
def test_it_waits_for_redis_instead_of_giving_up(
    redis_url: str, redis_server: RedisServer, start_process: Callable[..., Running], name: str
) -> None:
    redis_server.stop()
    process = start_process(name)
    process.says("Connection refused")
    assert process.process.poll() is None

    redis_server.start()
    if name == "beat":
        eventually(lambda: something_is_queued(redis_url), 60, what="beat published something")
    else:
        process.says(" ready.", timeout=60)
