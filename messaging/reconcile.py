"""What dead workers and lost answers leave behind: rows given back, doubts settled by the carrier's log.

A row in doubt is never sent again because time has passed, and never called failed because nobody
answered: it is sent again when the carrier's own log, asked after a settling time, does not hold it.

For an urgent page or answer that time is short, and a mail is sent again although no log can be asked: there a
text that comes twice does less harm than one that does not come. That haste is had once for each message.

The log keeps no words of calls: one that may be another page's to the same phone is rather made again than taken
for this one, which would then never ring.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from messaging import channels, dispatch, record
from messaging.channels.base import Accepted, TransientFailure
from messaging.dispatch import Clock, outgoing
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.metrics import DOUBTS_RESOLVED, LEASES_ENDED
from messaging.models import Attempt, Message

log = structlog.get_logger(__name__)

#: How long the carrier may take to write a message into its log: absence before that proves nothing.
SETTLING = timedelta(seconds=60)
HASTY_SETTLING = timedelta(seconds=15)
#: What is better sent twice than never, when it is urgent.
HASTY = frozenset({Purpose.PAGES, Purpose.REPLIES})
#: Our clock and the carrier's may differ; the carrier's also counts in whole seconds.
CLOCK_DIFFERENCE = timedelta(minutes=2)
NEXT_LOOK = {Urgency.ORDINARY: timedelta(seconds=20), Urgency.URGENT: timedelta(seconds=5)}
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


def settle_urgent(*, clock: Clock, worker: str) -> dict[str, int]:
    """What a dead worker or a lost answer left of urgent messages, put right in one go: given back, looked up, sent."""
    recover_leases(now=clock())
    ended = resolve_doubts(clock=clock, worker=worker, urgency=Urgency.URGENT)
    dispatch.run(Urgency.URGENT, clock=clock, worker=worker)
    return ended


def resolve_doubts(*, clock: Clock, worker: str, urgency: Urgency | None = None) -> dict[str, int]:
    """Look up the rows in doubt whose next look is due; answers how each look ended."""
    ended: dict[str, int] = {}
    for message in _take_doubts(now=clock(), worker=worker, urgency=urgency):
        outcome = _resolve(message, clock=clock)
        DOUBTS_RESOLVED.labels(outcome=outcome).inc()
        ended[outcome] = ended.get(outcome, 0) + 1
        if outcome == "carrier_silent":
            # Waiting for its silence at each of the others helps nobody; their next look comes soon.
            break
    return ended


def _take_doubts(*, now: datetime, worker: str, urgency: Urgency | None = None) -> list[Message]:
    """Rows to look up now. The lease keeps a second reconciler off them until the next look."""
    due = _in_doubt().filter(lease_until__lte=now).order_by("lease_until")
    if urgency is not None:
        due = due.filter(urgency=urgency)
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    with transaction.atomic():
        taken = list(due[:BATCH])
        for kind, pause in NEXT_LOOK.items():
            rows = Message.objects.filter(pk__in=[message.pk for message in taken if message.urgency == kind])
            rows.update(lease_until=now + pause, claimed_by=worker)
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
    hasty = _in_haste(message)
    if not member.keeps_log:
        if hasty and clock() - asked_at >= HASTY_SETTLING:
            words = "nobody knows whether the mail host took it; it is rather sent twice than never"
            return _end_of(record.absent(message, words=words, now=clock()))
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
    unclear = hasty and _may_be_anothers(message, since=asked_at - CLOCK_DIFFERENCE)
    if found and not unclear:
        record.accepted(message, found, now=clock())
        return "found"
    if looked_at - asked_at < (HASTY_SETTLING if hasty else SETTLING):
        return "waiting"
    if found:
        words = "the carrier's log does not tell whose call it was; it is rather made twice than never"
        return _end_of(record.absent(message, words=words, now=clock()))
    return _end_of(record.absent(message, now=clock()))


def _may_be_anothers(message: Message, *, since: datetime) -> bool:
    """Whether a call in the log may be one that was made for another message to this number.

    Those are out of it that were tried once and are named: which call is theirs is known.
    """
    if message.channel != Channel.VOICE:
        return False
    calls = Message.objects.filter(address=message.address, channel=Channel.VOICE, submitted_at__gte=since)
    return calls.exclude(pk=message.pk).filter(Q(provider_id="") | Q(attempts__gt=1)).exists()


def _in_haste(message: Message) -> bool:
    """Whether a text too many is the lesser evil; once, so that there is never more than one too many."""
    hasty = message.urgency == Urgency.URGENT and message.purpose in HASTY
    return hasty and not message.tries.filter(outcome=Attempt.Outcome.ABSENT).exists()


def _end_of(end: Status | None) -> str:
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
