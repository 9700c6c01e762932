"""The usual pattern at work (benchmarks/usual): its table filled, its workers started, one run of it timed."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from celery import Celery
from django.conf import settings
from django.db import connection
from redis import Redis

from benchmarks.bare import TEXT
from benchmarks.books import Books
from benchmarks.usual.models import Reminder
from tests.support.processes import live_environment, running
from tests.support.waiting import eventually

_QUEUE, _IDLE_QUEUE = "usual", "usual-idle"
_COMMAND = (
    "celery --quiet -A benchmarks.usual.celery_app worker --loglevel WARNING --queues {queue} --pool {pool} "
    "--concurrency {hands} --hostname usual@%h --without-gossip --without-mingle"
)
#: How long one run may take before it counts as stuck.
_PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Pool:
    """One way to run the usual pattern's worker, and about what it sends in a second at 0, 50 and 100 ms.

    From the rates follows only how many messages a run has: each is to last about as long.
    """

    pool: str
    hands: int
    keeps_open: bool
    about: dict[int, int]

    @property
    def name(self) -> str:
        return f"{self.pool} {self.hands}{', connection kept open' if self.keeps_open else ''}"


POOLS = (
    Pool("prefork", 2, keeps_open=False, about={0: 200, 50: 32, 100: 18}),
    Pool("prefork", 8, keeps_open=False, about={0: 200, 50: 120, 100: 70}),
    Pool("threads", 32, keeps_open=False, about={0: 180, 50: 160, 100: 160}),
    Pool("prefork", 2, keeps_open=True, about={0: 400, 50: 36, 100: 19}),
    Pool("prefork", 8, keeps_open=True, about={0: 420, 50: 145, 100: 76}),
    Pool("threads", 32, keeps_open=True, about={0: 300, 50: 280, 100: 240}),
)
#: The pool that tasks with a time of their own are given to.
WITH_ETA = POOLS[1]


class Usual:
    """One worker of the usual pattern, running."""

    def __init__(self, books: Books) -> None:
        self._books = books
        broker = os.environ["REDIS_URL"]
        self._redis = Redis.from_url(broker)
        # Not as the current application: that is the product's.
        self._celery = Celery("usual-client", broker=broker, set_as_current=False)

    def swept(self, count: int) -> float:
        """Messages a second when a sweep finds all of them due and makes a task of each."""
        fill(count, due_at=datetime.now(UTC))
        self._books.start_anew()
        began = time.perf_counter()
        self._celery.send_task("usual.send_due_reminders", queue=_QUEUE)
        return self._finished(count, began)

    def planned(self, count: int) -> float:
        """Messages a second from the moment at which all are due, each with a task that waits for it."""
        lead = 2 + count / 100
        due_at = datetime.now(UTC) + timedelta(seconds=lead)
        began = time.perf_counter() + lead
        fill(count, due_at=due_at)
        self._books.start_anew()
        self._celery.send_task("usual.plan_each", args=[due_at.isoformat()], queue=_QUEUE)
        eventually(lambda: self._redis.hlen("unacked") >= count, lead, what="every task waits in the worker")
        return self._finished(count, began)

    def nothing(self, count: int) -> float:
        """Tasks a second that do nothing."""
        with self._celery.connection_for_write() as line:
            producer = self._celery.amqp.Producer(line)
            for _ in range(count):
                self._celery.send_task("usual.nothing", queue=_IDLE_QUEUE, producer=producer)
        began = time.perf_counter()
        self._celery.control.add_consumer(_IDLE_QUEUE)
        eventually(self._nothing_waits, _PATIENCE, interval=0.01, what="every task was done")
        seconds = time.perf_counter() - began
        self._celery.control.cancel_consumer(_IDLE_QUEUE)
        return count / seconds

    def _nothing_waits(self) -> bool:
        return not self._redis.llen(_IDLE_QUEUE) and not self._redis.hlen("unacked")

    def _finished(self, count: int, began: float) -> float:
        eventually(lambda: self._books.read() >= count, _PATIENCE, interval=0.02, what="the carrier has all")
        unsent = Reminder.objects.exclude(status="sent")
        eventually(lambda: not unsent.exists(), _PATIENCE, interval=0.01, what="all are marked sent")
        seconds = time.perf_counter() - began
        self._books.balance({str(name) for name in Reminder.objects.values_list("uuid", flat=True)})
        return count / seconds

    def close(self) -> None:
        self._redis.close()
        self._celery.close()


@contextlib.contextmanager
def at_work(pool: Pool, books: Books, folder: Path) -> Iterator[Usual]:
    """A worker with this pool; it has sent some before anybody measures it."""
    env = live_environment(
        DJANGO_SETTINGS_MODULE="benchmarks.usual.settings",
        TWILIO_ACCOUNT_SID=settings.TWILIO_ACCOUNT_SID,
        TWILIO_AUTH_TOKEN=settings.TWILIO_AUTH_TOKENS[0],
        USUAL_KEEP_OPEN="1" if pool.keeps_open else "0",
    )
    command = _COMMAND.format(queue=_QUEUE, pool=pool.pool, hands=pool.hands)
    usual = Usual(books)
    with running(pool.pool, command, env=env, folder=folder) as worker, contextlib.closing(usual):
        books.latency(0)
        _or_say_why(lambda: usual.swept(4 * pool.hands), worker.output)
        yield usual


def _or_say_why(work: Callable[[], object], output: Callable[[], str]) -> None:
    try:
        work()
    except AssertionError as error:
        raise AssertionError(f"{error}\n{output()[-3000:]}") from None


@contextlib.contextmanager
def table() -> Iterator[None]:
    """The usual pattern's table stands while the block lasts."""
    with connection.schema_editor() as editor:
        editor.create_model(Reminder)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Reminder)


def fill(count: int, *, due_at: datetime) -> None:
    """`count` reminders and no others, due at `due_at`."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {Reminder._meta.db_table} RESTART IDENTITY")
        cursor.execute(
            f"INSERT INTO {Reminder._meta.db_table} (uuid, phone, body, due_at, status, sid) "
            "SELECT gen_random_uuid(), '+1303' || lpad(n::text, 7, '0'), %s, %s, 'pending', '' "
            "FROM generate_series(1, %s) AS n",
            [TEXT, due_at, count],
        )
        cursor.execute(f"ANALYZE {Reminder._meta.db_table}")
