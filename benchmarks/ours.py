"""The product's own workers at work on the outbox: filled, due at one moment, timed until the last is recorded."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event

from django.db import connection
from django.utils import timezone

from benchmarks import outbox_rows
from benchmarks.bare import IN_FLIGHT
from benchmarks.books import Books
from messaging import broker
from messaging.domain.delivery import Status
from messaging.domain.places import RESERVE
from messaging.models import Attempt, Message
from tests.support.processes import Running, live_environment, procfile, running
from tests.support.waiting import eventually

TASK = "messaging.dispatch_ordinary"
#: The account's limit: with the places that are kept for urgent messages taken off, ordinary ones have IN_FLIGHT.
CONCURRENCY = IN_FLIGHT + RESERVE
#: How long one run may take before it counts as stuck.
PATIENCE = 600


@dataclass(slots=True)
class Workers:
    """The ordinary worker of the Procfile, which has two child processes, and beat."""

    ordinary: Running
    beat: Running
    books: Books

    def rate(self, count: int) -> float:
        """Messages a second: from the moment at which all of them are due until the outcome of the last is recorded.

        Everybody is woken as whoever releases reminders does it; beat finds the rest.
        """
        began = self.set_off(count)
        self.finish(count)
        seconds = time.perf_counter() - began
        self.check()
        return count / seconds

    def check(self) -> None:
        """Each message was taken once, at the first try, and its row says so. RuntimeError if not."""
        self.books.balance(outbox_rows.names())
        if wrong := Message.objects.exclude(status=Status.ACCEPTED, attempts=1).count():
            raise RuntimeError(f"{wrong} messages were tried more than once or not accepted")

    def set_off(self, count: int) -> float:
        """Fill the outbox with `count` messages that are due at one moment, and wait for it; answers when that was."""
        lead = 1 + count / 10_000
        clear()
        self.books.start_anew()
        moment, due_at = time.perf_counter() + lead, timezone.now() + timedelta(seconds=lead)
        outbox_rows.texts(range(count), series="due", due_at=due_at)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {Message._meta.db_table}")
        left = moment - time.perf_counter()
        if left <= 0:
            raise RuntimeError(f"filling the outbox with {count} messages took longer than {lead} s")
        Event().wait(left)
        for _ in range(2):
            broker.publish(TASK)
        return moment

    def finish(self, count: int) -> None:
        """Wait until every outcome is recorded."""
        with self.saying_why():
            eventually(lambda: self.books.read() >= count, PATIENCE, interval=0.02, what="the carrier has all")
            eventually(lambda: not unfinished(), PATIENCE, interval=0.01, what="every outcome is recorded")

    @contextlib.contextmanager
    def saying_why(self) -> Iterator[None]:
        """What fails within the block shows what the worker said."""
        try:
            yield
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.ordinary.output()[-3000:]}") from None


@contextlib.contextmanager
def at_work(books: Books, folder: Path, *, warming: int, phones: int) -> Iterator[Workers]:
    """Workers and beat as the Procfile has them, for messages to `phones` phones.

    They have sent `warming` before anything is measured: every process has opened its connections by then.
    """
    outbox_rows.unpaced()
    outbox_rows.agreed(range(phones), now=timezone.now())
    with contextlib.ExitStack() as stack:
        workers = Workers(
            stack.enter_context(start("worker-ordinary", folder)), stack.enter_context(start("beat", folder)), books
        )
        workers.ordinary.says(" ready.", timeout=60)
        books.latency(0)
        workers.rate(warming)
        yield workers
    clear()


def start(name: str, folder: Path) -> contextlib.AbstractContextManager[Running]:
    """One process of the Procfile on the benchmark's database."""
    return running(
        name,
        procfile()[name],
        env=live_environment(LOG_LEVEL="INFO", CARRIER_CONCURRENCY=str(CONCURRENCY)),
        folder=folder,
    )


def clear() -> None:
    """An empty outbox."""
    tables = ", ".join(model._meta.db_table for model in (Message, Attempt))
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


def unfinished() -> bool:
    """Whether any message has no outcome yet."""
    return Message.objects.filter(status__in=(Status.PLANNED, Status.CLAIMED, Status.SUBMITTING)).exists()
