"""The task of the inbox: it reads the clock, calls its room, and carries nothing at all."""

from __future__ import annotations

from celery import shared_task

from inbox import sweeps
from messaging import clock


@shared_task(name="inbox.chase")
def chase() -> None:
    """Look for conversations in which somebody has waited too long."""
    sweeps.chase(now=clock.shared()())
