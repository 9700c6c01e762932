"""Wake-ups for workers: published when the broker is there, forgotten when it is not.

The database owns every due time; beat's sweeps find whatever a lost wake-up left lying.
"""

from __future__ import annotations

import time

import structlog
from celery import current_app

log = structlog.get_logger(__name__)

#: A wake-up that no worker has taken up by then is forgotten; the sweeps of beat are on their way.
EXPIRES_SECONDS = 30
#: After a wake-up that could not be published the broker is left alone for so long: waiting for a
#: dead broker at every message would hold up web requests.
PAUSE_SECONDS = 5.0

_left_alone_until = 0.0


def publish(task: str, *ids: int) -> bool:
    """Publish the task called `task` with `ids` and nothing else. False: the broker is away, never mind."""
    global _left_alone_until  # one moment per process; a race between threads costs one try
    if time.monotonic() < _left_alone_until:
        return False
    try:
        current_app.send_task(task, args=list(ids), expires=EXPIRES_SECONDS)
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, the row is committed
        _left_alone_until = time.monotonic() + PAUSE_SECONDS
        log.warning("wake_up_not_published", task=task, error=type(error).__name__)
        return False
    return True


def leave_alone() -> None:
    """Never ask the broker again: this process, the watchdog, does itself what it would wake others for."""
    global _left_alone_until
    _left_alone_until = float("inf")


def expect_back() -> None:
    """Forget that the broker was away."""
    global _left_alone_until
    _left_alone_until = 0.0
