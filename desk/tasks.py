"""The tasks of the desk: each reads the clock and carries nothing but ids."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from desk import figures
from desk.jobs import engine

#: How long one turn lasts: other work of the queue is waiting.
TURN = timedelta(seconds=8)


@shared_task(name="desk.work_jobs")
def work_jobs() -> None:
    """Work off bulk jobs for one turn."""
    until = timezone.now() + TURN
    while timezone.now() < until:
        job = engine.claim(now=timezone.now())
        if job is None:
            return
        engine.work(job, clock=timezone.now, until=until)


@shared_task(name="desk.take_figures")
def take_figures() -> None:
    """Count the days that charts show."""
    figures.take(now=timezone.now())
