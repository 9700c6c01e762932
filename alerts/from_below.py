"""What messaging has to say of itself becomes an alarm, and that it is over is told to those who had heard of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from alerts import alarm_pages, alarms
from alerts.models import Alarm


def hear(key: str, words: str, *, over: str, grave: bool, now: datetime) -> None:
    """One trouble of sending, by its key; empty `words`: it is over, and `over` says so. See messaging/operator.py."""
    if words:
        alarms.shout(key, words, now=now, grave=grave)
        return
    with transaction.atomic():
        alarm = Alarm.objects.filter(key=key, closed_at__isnull=True).first()
        # Of two who find it over, one says so.
        if alarm is not None and alarms.settle(key, now=now) and over:
            alarm_pages.tell_over(alarm, over, now=now)
