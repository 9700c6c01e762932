"""The runs of the sending engine: for the tasks of the queues, for whoever stands in, and for the watchdog."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import timedelta

import structlog
from django.db import connection

from messaging import outbox
from messaging.domain.delivery import Urgency
from messaging.engine import Clock, Run
from messaging.tally import Tally

log = structlog.get_logger(__name__)

#: How long one task goes on before it leaves the rest to the next: other tasks and a deploy are waiting.
TIME_LIMIT = timedelta(seconds=10)

__all__ = ["Clock", "Tally", "run", "send_overdue", "worker_name"]


def run(
    urgency: Urgency,
    *,
    clock: Clock,
    worker: str,
    time_limit: timedelta = TIME_LIMIT,
    older_than: timedelta = timedelta(0),
) -> Tally:
    """Send what is due until nothing is, or the time is up; with `older_than` only what has been due for so long."""
    tally = Run(urgency, clock=clock, worker=worker, until=clock() + time_limit, older_than=older_than).go()
    if tally.claimed:
        log.info("dispatched", urgency=urgency.value, claimed=tally.claimed, asked=tally.asked)
    if tally.unfinished and not connection.in_atomic_block:
        # The others in the queue have their turn, and then it goes on.
        outbox.wake(urgency)
    return tally


def send_overdue(urgency: Urgency, older_than: timedelta, *, clock: Clock, worker: str) -> int:
    """Send what should have left `older_than` ago and has not; answers how many were handed over. For whoever
    watches the workers from outside: it needs the database and the carrier, and neither broker nor worker.
    """
    return run(urgency, clock=clock, worker=worker, older_than=older_than).asked


def worker_name() -> str:
    """A name for one run, not for one process: a lease that outlived its run belongs to nobody."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"
