"""Alarms about the service itself: one open row a trouble, closed when it is over.

Shouting only writes the row, so it may be called from anywhere, at any rate, inside any transaction, and
never shouts about itself. Managers are paged from the rows by alerts/alarm_pages.py.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db.models import QuerySet

from alerts.models import Alarm

log = structlog.get_logger(__name__)

LONGEST_WORDS = 300


def shout(key: str, words: str, *, now: datetime, grave: bool = True) -> Alarm:
    """Say that `words` is so at `now`; the same `key` while one is open is the same alarm.

    `words` are for staff: what is wrong and what to do, and nothing about a patient.
    """
    said = {"words": words[:LONGEST_WORDS], "grave": grave, "seen_at": now}
    # The partial unique constraint decides between two who find the same trouble at once.
    alarm, new = Alarm.objects.update_or_create(
        key=key[:120], closed_at=None, defaults=said, create_defaults=said | {"opened_at": now}
    )
    if new:
        log.error("alarm", alarm=alarm.pk, key=alarm.key, grave=grave)
    return alarm


def settle(key: str, *, now: datetime) -> bool:
    """It is over. False: no such alarm was open."""
    settled = Alarm.objects.filter(key=key[:120], closed_at__isnull=True).update(closed_at=now)
    if settled:
        log.info("alarm_over", key=key[:120])
    return bool(settled)


def open_alarms() -> list[Alarm]:
    """What is wrong at this moment, the grave ones first, then the oldest."""
    return list(standing())


def standing() -> QuerySet[Alarm]:
    """The same, to be narrowed down."""
    return Alarm.objects.filter(closed_at__isnull=True).order_by("-grave", "opened_at")
