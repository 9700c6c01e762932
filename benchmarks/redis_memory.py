"""Redis with three million planned reminders and with none, while workers and beat are at work on both.

Redis only wakes workers up: what is planned lies in the database alone, so its memory must not know the difference.
Beside it: what one waiting task message per reminder would take, which is how such reminders are often planned.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from statistics import median
from threading import Event
from typing import cast

from celery import current_app
from redis import Redis

from benchmarks import clinic, filling
from benchmarks.figures import Figure, Findings, say
from config.queues import QUEUES
from reminders.models import Schedule
from sandbox.launch.redis_server import RedisServer
from tests.support.processes import Running, live_environment, procfile, running

#: Between two looks beat has gone round once.
_ROUND_SECONDS = 2.1
#: Celery's own keys: its bindings, the queues, and the messages that a worker has in its hands.
_CELERYS = re.compile(rf"_kombu\..+|unacked(_index|_mutex)?|{'|'.join(QUEUES)}|.+\.celery\.pidbox")
#: A queue that nobody reads, and how many task messages are put into it to weigh one.
_WAITING = "benchmark"
_WEIGHED = 2_000


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many reminders are planned, how often the memory is looked at, and seconds to wait before that."""

    planned: int
    looks: int
    settling: float


FULL = Sizes(3_000_000, looks=8, settling=12)
TINY = Sizes(6_000, looks=2, settling=0)


@dataclass(slots=True)
class Memory:
    """What Redis said of itself, look by look."""

    used: list[float] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)


def run(redis: RedisServer, *, now: datetime, sizes: Sizes = FULL) -> Findings:
    """Look at Redis with nothing planned, then with `sizes.planned` reminders."""
    schedules = -(-sizes.planned // (clinic.VISITS * len(clinic.RUNGS)))
    clinic.empty()
    clinic.people(schedules, now=now)
    # All are planned already, as far as the sweep that extends horizons can see.
    Schedule.objects.update(planned_until=date.max)
    redis.flush()
    client = Redis.from_url(redis.url)
    with contextlib.closing(client), _at_work(sizes.settling):
        say("redis: nothing planned")
        none = _look(client, sizes.looks)
        say(f"redis: {sizes.planned:,} reminders planned")
        filling.visits(schedules, now=now)
        filling.reminders(sizes.planned, due=0, now=now)
        full = _look(client, sizes.looks)
    with contextlib.closing(Redis.from_url(redis.url)) as client:
        each = _weigh(client)
    clinic.unplan()
    return Findings(_figures(none, full, each, sizes), [("All keys that were ever seen in Redis", _keys(none, full))])


def _figures(none: Memory, full: Memory, each: float, sizes: Sizes) -> list[Figure]:
    planned = f"{sizes.planned:,} reminders planned"
    kilobytes = [[used / 1024 for used in memory.used] for memory in (none, full)]
    ratio = median(full.used) / median(none.used)
    messages = each * sizes.planned / 1024**2
    return [
        Figure("memory of Redis with no reminder planned", kilobytes[0], " KB"),
        Figure(f"memory of Redis with {planned}", kilobytes[1], " KB", headline=True),
        Figure(f"memory of Redis with {planned}, as a multiple of none", [ratio], "×", 2, at_most=1.02, headline=True),
        Figure(f"what a waiting task message for each of {sizes.planned:,} would take in Redis", [messages], " MB"),
    ]


def _keys(none: Memory, full: Memory) -> str:
    """The names of all keys that were ever seen. One that is not Celery's own is an error."""
    seen = sorted(none.keys | full.keys)
    strange = [key for key in seen if not _CELERYS.fullmatch(key)]
    if strange:
        raise RuntimeError(f"keys that are not Celery's own: {strange}")
    return "\n".join(seen)


@contextlib.contextmanager
def _at_work(settling: float) -> Iterator[None]:
    """Workers and beat, as the Procfile has them, on the benchmark's database."""
    commands = procfile()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:

        def start(name: str) -> Running:
            return stack.enter_context(
                running(name, commands[name], env=live_environment(LOG_LEVEL="INFO"), folder=Path(folder))
            )

        started = [start(name) for name in ("worker-ordinary", "worker-urgent", "beat")]
        for worker in started[:2]:
            worker.says(" ready.")
        # Connections are opened with the first rounds; each holds buffers of its own.
        Event().wait(settling)
        yield
        for one in started:
            if one.process.poll() is not None:
                raise RuntimeError(f"{one.name} ended: {one.output()[-2000:]}")


def _look(client: Redis, looks: int) -> Memory:
    memory = Memory()
    while len(memory.used) < looks:
        Event().wait(_ROUND_SECONDS)
        # redis-py types its answers for both of its clients, the awaiting one included.
        memory.used.append(float(client.info("memory")["used_memory"]))
        memory.keys.update(key.decode() for key in cast("list[bytes]", client.keys()))
    return memory


def _weigh(client: Redis) -> float:
    """Bytes of Redis that one task message takes while it waits in a queue."""
    before = client.info("memory")["used_memory"]
    with current_app.connection_for_write() as connection:
        producer = current_app.amqp.Producer(connection)
        for number in range(_WEIGHED):
            current_app.send_task("reminders.plan_schedules", args=[number], queue=_WAITING, producer=producer)
    if client.llen(_WAITING) != _WEIGHED:
        raise RuntimeError(f"{client.llen(_WAITING)} of {_WEIGHED} task messages wait")
    after = client.info("memory")["used_memory"]
    client.delete(_WAITING)
    return float(after - before) / _WEIGHED
