"""Wake-ups for workers: published when the broker is there, forgotten when it is not.

The database owns every due time; beat's sweeps find whatever a lost wake-up left lying. For what cannot wait for
beat either, this process has something to do instead: see `instead`.
"""

from __future__ import annotations

import contextlib
import math
import os
import queue
import time
from collections.abc import Callable, Iterator

import structlog
from celery import current_app
from kombu import Connection, Producer

log = structlog.get_logger(__name__)

#: A wake-up that no worker has taken up by then is forgotten; the sweeps of beat are on their way.
EXPIRES_SECONDS = 30
#: After a wake-up that could not be published the broker is left alone for so long: waiting for a
#: dead broker at every message would hold up web requests.
PAUSE_SECONDS = 5.0
#: A broker that does not answer at once is away. The seconds of a worker's own line, and its patience, would be a
#: web request's: with a Redis that hangs, forty of them.
PROMPT = {
    "socket_timeout": 0.4,
    "socket_connect_timeout": 0.4,
    "retry_on_timeout": False,
    "health_check_interval": 0,
    "max_retries": 0,
}

_left_alone_until = 0.0
_instead: dict[str, Callable[[], None]] = {}
_idle: queue.LifoQueue[tuple[Connection, Producer]] = queue.LifoQueue()


def publish(task: str, *ids: int) -> bool:
    """Publish the task called `task` with `ids` and nothing else. False: the broker is away, never mind."""
    if _published(task, ids):
        return True
    if not ids and task in _instead and not math.isinf(_left_alone_until):
        _instead[task]()
    return False


def instead(task: str, do: Callable[[], None]) -> None:
    """When a worker cannot be told to run `task`, `do` is called in its place; it must return at once."""
    _instead[task] = do


def _published(task: str, ids: tuple[int, ...]) -> bool:
    global _left_alone_until  # one moment per process; a race between threads costs one try
    if time.monotonic() < _left_alone_until:
        return False
    try:
        with _line() as producer:
            current_app.send_task(task, args=list(ids), expires=EXPIRES_SECONDS, producer=producer)
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, the row is committed
        _left_alone_until = max(_left_alone_until, time.monotonic() + PAUSE_SECONDS)
        log.warning("wake_up_not_published", task=task, error=type(error).__name__)
        return False
    return True


@contextlib.contextmanager
def _line() -> Iterator[Producer]:
    """A line to the broker that nobody else uses meanwhile; kept for the next who asks, unless it broke."""
    try:
        connection, producer = _idle.get_nowait()
    except queue.Empty:
        connection = current_app.connection_for_write(transport_options=PROMPT)
        producer = current_app.amqp.Producer(connection, auto_declare=False)
    try:
        yield producer
    except BaseException:
        connection.collect()
        raise
    _idle.put((connection, producer))


def _forget_lines() -> None:
    global _idle
    _idle = queue.LifoQueue()


# A child process that shared a socket with its parent would read the other's answers.
os.register_at_fork(after_in_child=_forget_lines)


def leave_alone() -> None:
    """Never ask the broker again: this process, the watchdog, does itself what it would wake others for."""
    global _left_alone_until
    _left_alone_until = float("inf")


def expect_back() -> None:
    """Forget that the broker was away."""
    global _left_alone_until
    _left_alone_until = 0.0
