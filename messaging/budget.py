"""What each phone has had of routine texts, and whether it may get one more: the one count that all rooms share.

Texts of reminders, warnings and check-ins count; answers, red flags and pages to staff do not. A text counts on the day
on which it was first due: it leaves on that day or not at all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from messaging.domain import budget, wall_time
from messaging.domain.budget import Allowance
from messaging.domain.delivery import Status
from messaging.domain.quiet_hours import Window
from messaging.many import among
from messaging.models import Message

#: A week of the calendar is over at the latest so long after it began, wherever the phone is.
_LOOK_BACK = budget.WEEK + timedelta(days=1)
#: It reached nobody, for certain: that room is free again.
_CAME_TO_NOTHING = sorted(
    status.value for status in (Status.EXPIRED, Status.SUPPRESSED, Status.FAILED, Status.UNDELIVERED)
)
# In the order of what is locked, so that two batches never wait for each other.
_LOCK = """
SELECT pg_advisory_xact_lock(name) FROM (
    SELECT DISTINCT hashtextextended('routine:' || value, 0) AS name FROM jsonb_array_elements_text(%s::jsonb)
    ORDER BY name
) AS names
"""
#: Which of these phones are going to get something nearer later on the same day.
Claims = Callable[[Collection[str], datetime], Collection[str]]


class Book:
    """What some phones have had, and are given while it is open. See open_book."""

    def __init__(self, had: Mapping[str, list[datetime]]) -> None:
        self._had: dict[str, list[datetime]] = defaultdict(list, had)

    def left(self, address: str, allowance: Allowance, *, now: datetime, zone: ZoneInfo) -> int:
        """How many more texts the phone may get on the day of `now`."""
        return budget.left(self._days(address, zone), wall_time.local_date(now, zone), allowance)

    def next_moment(
        self, address: str, allowance: Allowance, *, now: datetime, window: Window, zone: ZoneInfo
    ) -> datetime | None:
        """When a text may leave that must not leave today; None: never."""
        return budget.next_moment(self._days(address, zone), allowance, now=now, window=window, zone=zone)

    def take(self, address: str, *, now: datetime) -> None:
        """One more is going to leave now."""
        self._had[address].append(now)

    def _days(self, address: str, zone: ZoneInfo) -> list[date]:
        return [wall_time.local_date(at, zone) for at in self._had[address]]


def open_book(addresses: Collection[str], *, now: datetime) -> Book:
    """What these phones have had. Nobody else opens a book on any of them until this transaction is over."""
    if not addresses:
        return Book({})
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [json.dumps(sorted(addresses))])
    had: dict[str, list[datetime]] = defaultdict(list)
    for address, at in routine_texts(addresses, now=now).values_list("address", "wanted_at"):
        had[address].append(cast("datetime", at))
    return Book(had)


def routine_texts(addresses: Collection[str], *, now: datetime) -> QuerySet[Message]:
    """The routine texts that these phones had in a week, or are going to have."""
    # Rows of a release before have no `wanted_at`, and are not routine.
    rows = Message.objects.filter(among("address", addresses), routine=True, wanted_at__gt=now - _LOOK_BACK)
    return rows.exclude(status__in=_CAME_TO_NOTHING)


def claimed(addresses: Collection[str], *, now: datetime) -> set[str]:
    """Those of `addresses` for which a room keeps the day's place: it says something nearer later today."""
    rooms = [cast("Claims", import_string(path)) for path in settings.BUDGET_CLAIMS] if addresses else []
    return {address for claims in rooms for address in claims(addresses, now)}
