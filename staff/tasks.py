"""The tasks of staff: each reads the clock and calls its room."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from staff.admin import once


@shared_task(name="staff.forget_sent_forms")
def forget_sent_forms() -> None:
    """Forget which forms were taken, once nobody sends them again."""
    once.forget(now=timezone.now())
