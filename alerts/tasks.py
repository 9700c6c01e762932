"""The tasks of red flags: each reads the clock, calls its room, and carries nothing at all."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from alerts import sweeps


@shared_task(name="alerts.advance")
def advance() -> None:
    """Let the clocks strike, and look for pages that were lost."""
    sweeps.advance(now=timezone.now())
    sweeps.check_receipts(now=timezone.now())


@shared_task(name="alerts.chase_reviews")
def chase_reviews() -> None:
    """Look for texts that nobody has read in time."""
    sweeps.chase_reviews(now=timezone.now())
