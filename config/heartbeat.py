"""Proof of work: each queue's pulse task and beat's publishing leave their time in the database."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import structlog
from celery import signals
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from config.models import Heartbeat

log = structlog.get_logger(__name__)

BEAT = "beat"
WATCHDOG = "watchdog"
#: Seconds between two marks of beat.
BEAT_INTERVAL = 10.0


def mark(name: str, *, now: datetime) -> None:
    """Note in one statement that `name` was at work at `now`."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=now)], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )


class BeatMarker:
    """Marks beat when it has published something, at most every BEAT_INTERVAL seconds."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, **_: Any) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + BEAT_INTERVAL
        close_old_connections()
        try:
            mark(BEAT, now=timezone.now())
        except DatabaseError as error:
            # Beat goes on publishing: a missing mark is what the operators are meant to see.
            log.warning("beat could not leave its mark", error=type(error).__name__)


_marker = BeatMarker()


@signals.beat_init.connect
def watch_beat(**_: Any) -> None:
    """Only the beat process marks itself; web and workers publish too."""
    signals.after_task_publish.connect(_marker, weak=False)
