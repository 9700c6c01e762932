"""What dead workers and lost answers leave behind: rows given back, doubts settled by the carrier's log.

A row in doubt is never sent again because time has passed, and never called failed because nobody
answered: it is sent again when the carrier's own log, asked after a settling time, does not hold it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from messaging import channels, record
from messaging.channels.base import Accepted, TransientFailure
from messaging.dispatch import Clock, outgoing
from messaging.domain.delivery import Channel, Status
from messaging.metrics import DOUBTS_RESOLVED, LEASES_ENDED
from messaging.models import Message

log = structlog.get_logger(__name__)

#: How long the carrier may take to write a message into its log: absence before that proves nothing.
SETTLING = timedelta(seconds=60)
#: Our clock and the carrier's may differ; the carrier's also counts in whole seconds.
CLOCK_DIFFERENCE = timedelta(minutes=2)
NEXT_LOOK = timedelta(seconds=20)
#: A mail host keeps no log for us, and has had its chance to answer.
MAIL_SETTLING = timedelta(minutes=10)
#: A carrier that could not be asked for so long will not clear this up any more.
HOPELESS = timedelta(days=1)
BATCH = 100


def recover_leases(*, now: datetime) -> tuple[int, int]:
    """Rows whose worker is gone: those not yet begun wait again, those begun are in doubt."""
    ended = _ended(now)
    freed = record.release(ended, now=now)
    doubtful = record.leave_in_doubt(ended, now=now)
    if freed or doubtful:
        LEASES_ENDED.labels(status="claimed").inc(freed)
        LEASES_ENDED.labels(status="submitting").inc(doubtful)
        log.warning("leases_ended", claimed=freed, submitting=doubtful)
    return freed, doubtful


def resolve_doubts(*, clock: Clock, worker: str) -> dict[str, int]:
    """Look up the rows in doubt whose next look is due; answers how each look ended."""
    ended: dict[str, int] = {}
    for message in _take_doubts(now=clock(), worker=worker):
        outcome = _resolve(message, clock=clock)
        DOUBTS_RESOLVED.labels(outcome=outcome).inc()
        ended[outcome] = ended.get(outcome, 0) + 1
        if outcome == "carrier_silent":
            # Waiting for its silence at each of the others helps nobody; their next look comes soon.
            break
    return ended


def _take_doubts(*, now: datetime, worker: str) -> list[Message]:
    """Rows to look up now. The lease keeps a second reconciler off them until the next look."""
    due = _in_doubt().filter(lease_until__lte=now).order_by("lease_until")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    with transaction.atomic():
        taken = list(due[:BATCH])
        Message.objects.filter(pk__in=[message.pk for message in taken]).update(
            lease_until=now + NEXT_LOOK, claimed_by=worker
        )
    return taken


def _ended(now: datetime) -> QuerySet[Message]:
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    held = RawSQL("status IN ('claimed', 'submitting')", [], output_field=BooleanField())
    return Message.objects.filter(held, lease_until__lte=now)


def _in_doubt() -> QuerySet[Message]:
    # Spelt as SQL for the same reason.
    return Message.objects.filter(RawSQL("status = 'in_doubt'", [], output_field=BooleanField()))


def _resolve(message: Message, *, clock: Clock) -> str:
    member = channels.member(Channel(message.channel))
    asked_at = message.submitted_at or message.created_at
    if not member.keeps_log:
        settled = clock() - asked_at >= MAIL_SETTLING
        words = "nobody knows whether the mail host took it; it was not sent again"
        return "given_up" if settled and record.give_up_doubt(message, reason=words, now=clock()) else "waiting"
    # The moment of asking, not of the answer: what the carrier writes meanwhile proves nothing.
    looked_at = clock()
    try:
        candidates = member.find(outgoing(message, now=looked_at), since=asked_at - CLOCK_DIFFERENCE)
    except TransientFailure:
        return _not_asked(message, asked_at, now=clock())
    found = _unclaimed(candidates)
    if found:
        record.accepted(message, found, now=clock())
        return "found"
    if looked_at - asked_at < SETTLING:
        return "waiting"
    end = record.absent(message, now=clock())
    endings = {Status.PLANNED: "sent_again", Status.EXPIRED: "expired", Status.SUPPRESSED: "withdrawn"}
    return endings.get(end, "healed") if end else "healed"


def _not_asked(message: Message, asked_at: datetime, *, now: datetime) -> str:
    if now - max(asked_at, message.expires_at) < HOPELESS:
        return "carrier_silent"
    words = "nobody knows whether the carrier took it; it could not be asked"
    return "given_up" if record.give_up_doubt(message, reason=words, now=now) else "healed"


def _unclaimed(candidates: Collection[Accepted]) -> Accepted | None:
    """The first candidate that is not the name of another message of ours: texts may have twins."""
    names = [candidate.provider_id for candidate in candidates]
    ours = set(Message.objects.filter(provider_id__in=names).values_list("provider_id", flat=True))
    return next((candidate for candidate in candidates if candidate.provider_id not in ours), None)
