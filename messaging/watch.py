"""What somebody who watches from outside asks of the outbox: is anything urgent still here that should be gone?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from messaging.domain.delivery import Status
from messaging.models import Message

MOST = 1000


@dataclass(frozen=True, slots=True)
class Unsent:
    """An urgent message that no provider has taken yet, as far as we know."""

    id: int
    status: Status
    age: timedelta  # since it was first due


def unsent_urgent(now: datetime, limit: timedelta) -> list[Unsent]:
    """Urgent messages that were first due longer than `limit` ago and have not left, the oldest first.

    One in doubt counts as well: perhaps it left, perhaps not. Later tries do not make a message younger.
    """
    rows = waiting(now - limit).order_by("wanted_at").values_list("pk", "status", "wanted_at")[:MOST]
    return [Unsent(pk, Status(status), now - wanted_at) for pk, status, wanted_at in rows if wanted_at is not None]


def waiting(since: datetime) -> QuerySet[Message]:
    """Urgent messages that were first due by `since` and have not left."""
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    unsent = RawSQL(
        "urgency = 'urgent' AND status IN ('planned', 'claimed', 'submitting', 'in_doubt')",
        [],
        output_field=BooleanField(),
    )
    return Message.objects.filter(unsent, wanted_at__lte=since)


def ended_badly(since: datetime) -> QuerySet[Message]:
    """What has failed, come back or come too late after `since`: whoever wrote it may know another way."""
    # Spelt in the very words of the index, or SQLite would read every message there is.
    badly = RawSQL("status IN ('expired', 'failed', 'undelivered')", [], output_field=BooleanField())
    return Message.objects.filter(badly, finished_at__gt=since)
