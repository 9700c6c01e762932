"""The time that all workers go by: the database's, which they share, whatever the clocks of their hosts say.

A lease that one host writes and another reads must end for both at the same moment: else a worker whose clock is
minutes ahead takes a message that is being sent for one left behind, and sends it again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import connection
from django.utils import timezone

log = structlog.get_logger(__name__)

#: A host whose clock is wrong by more is told of in its log, this often in seconds.
TOLERATED = timedelta(seconds=5)
TELL_EVERY = 60.0

_told_at = float("-inf")


def shared() -> Callable[[], datetime]:
    """A clock, set now by the database's, that no step of this host's clock moves. For one run of a task."""
    if connection.vendor != "postgresql":
        # One file, one host, one clock.
        return timezone.now
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        set_to: datetime = cursor.fetchone()[0]
    set_at = time.monotonic()
    _tell_if_wrong(timezone.now() - set_to)
    return lambda: set_to + timedelta(seconds=time.monotonic() - set_at)


def _tell_if_wrong(difference: timedelta) -> None:
    global _told_at  # one moment per process; a race between threads costs one line
    if abs(difference) > TOLERATED and time.monotonic() - _told_at > TELL_EVERY:
        _told_at = time.monotonic()
        log.error("clock_of_host_is_wrong", seconds=round(difference.total_seconds()))
