"""Messages that may have been begun and of which we know that no provider was asked: they need not be in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from messaging import record
from messaging.channels.base import TransientFailure
from messaging.domain.delivery import Status
from messaging.models import Message

NOT_ASKED = TransientFailure("database", "the database went away before it could be sent")


def take_back(messages: Sequence[Message], *, worker: str, now: datetime) -> None:
    """The transaction that should have begun these broke: whether or not it stood, they wait for another try."""
    if not messages:
        return
    mine = Message.objects.filter(pk__in=[message.pk for message in messages], claimed_by=worker)
    # In this order: where the lost transaction is still being ended, the first statement waits for it.
    record.release(mine, now=now)
    for message in mine.filter(status=Status.SUBMITTING):
        record.transient(message, NOT_ASKED, worker=worker, now=now)
