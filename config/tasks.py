"""One pulse per queue: it proves that beat, the broker, a worker of that queue and the database all work."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from config import heartbeat, watching
from config.queues import HOUSEKEEPING, ORDINARY, URGENT


@shared_task(name="config.pulse_urgent")
def pulse_urgent() -> None:
    """Seen at work: a worker of the queue `urgent`."""
    heartbeat.mark(URGENT, now=timezone.now())


@shared_task(name="config.pulse_ordinary")
def pulse_ordinary() -> None:
    """Seen at work: a worker of the queue `ordinary`."""
    heartbeat.mark(ORDINARY, now=timezone.now())


@shared_task(name="config.pulse_housekeeping")
def pulse_housekeeping() -> None:
    """Seen at work: a worker of the queue `housekeeping`."""
    heartbeat.mark(HOUSEKEEPING, now=timezone.now())


@shared_task(name="config.watch_the_watchdog")
def watch_the_watchdog() -> None:
    """Ask after the watchdog, which asks after everybody else."""
    watching.watch_the_watchdog(now=timezone.now())
