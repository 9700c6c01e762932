"""What moves a message: every change of status goes along the table, together with all that belongs to it.

Only the claim itself, one statement of SQL, lives elsewhere: in outbox.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from messaging import again, bulk, codes, consent, faults, operator
from messaging.channels.base import Accepted, ChannelFailure, OutcomeUnknown, PermanentFailure, TransientFailure
from messaging.domain import retry
from messaging.domain.delivery import FINAL, LEASED, Channel, Status, Urgency, sources
from messaging.metrics import MESSAGES
from messaging.models import Attempt, ConsentEvent, Message

log = structlog.get_logger(__name__)

#: The first look into the provider's log after an answer was lost.
FIRST_LOOK = {Urgency.ORDINARY: timedelta(seconds=10), Urgency.URGENT: timedelta(seconds=5)}


def move(rows: QuerySet[Message], to: Status, *, now: datetime, **fields: Any) -> int:
    """Move those of `rows` that may move to `to`; answers how many did. Others are left as they are."""
    if to in FINAL:
        fields["finished_at"] = now
    if to not in LEASED:
        fields["lease_until"] = None
    if "reason" in fields:
        fields["reason"] = fields["reason"][:200]
    return rows.filter(status__in=sources(to)).update(status=to, **fields)


def begin(message: Message, *, worker: str, now: datetime) -> bool:
    """Write down that the provider is about to be asked. False: the row is not ours any more, or its
    time or the consent to it has ended since it was claimed.
    """
    # Durable: this must be on disk before the provider hears of it, whoever calls.
    with transaction.atomic(durable=True):
        return bool(bulk.begin([message], worker=worker, now=now).asking)


def outcomes(
    answers: Sequence[tuple[Message, Accepted | ChannelFailure]], *, worker: str, now: datetime, singly: bool = False
) -> list[tuple[Message, Status]]:
    """Write down what providers said; answers what to `count` once that stands.

    IntegrityError when a name that one of them gave is another message's; `singly` sorts that out.
    """
    taken: list[tuple[Message, Accepted]] = []
    for message, answer in answers:
        match answer:
            case Accepted() if singly:
                accepted(message, answer, now=now)
            case Accepted():
                taken.append((message, answer))
            case TransientFailure():
                transient(message, answer, worker=worker, now=now)
            case PermanentFailure():
                permanent(message, answer, worker=worker, now=now)
            case OutcomeUnknown():
                unknown(message, answer, now=now)
    return bulk.accept(taken, now=now)


def count(moved: Sequence[tuple[Message, Status]]) -> None:
    """Count messages by where they have been moved to."""
    kinds = Counter((message.channel, message.purpose, status.value) for message, status in moved)
    for (channel, purpose, status), number in kinds.items():
        MESSAGES.labels(channel=channel, purpose=purpose, status=status).inc(number)


def accepted(message: Message, answer: Accepted, *, now: datetime) -> None:
    """The provider took it. A receipt may have told us already; then only the attempt is completed."""
    unnamed = Message.objects.filter(pk=message.pk, provider_id="", accepted_at__isnull=True)
    try:
        with transaction.atomic():
            _close_attempt(message, Attempt.Outcome.ACCEPTED, now=now, provider_id=answer.provider_id)
            moved = move(
                unnamed,
                answer.status,
                now=now,
                provider_id=answer.provider_id,
                accepted_at=now,
                next_look_at=bulk.first_question(message, answer.status, now=now),
                reason="",
                error_code="",
            )
    except IntegrityError:
        # The reconciler gave this name to a twin (same number, same words) that was in doubt. Each
        # name stands for one text: this row takes the twin's place, and is looked up in its turn.
        log.warning("provider_id_taken", message=str(message.uuid))
        unknown(message, OutcomeUnknown("twin"), now=now)
        return
    if moved:
        _count(message, answer.status)


def transient(message: Message, failure: TransientFailure, *, worker: str, now: datetime) -> None:
    """Not taken: another try later, unless it would come too late."""
    mine = _tried(message, worker=worker)
    moment = again.when(message, failure, now=now)
    with transaction.atomic():
        _close_attempt(message, Attempt.Outcome.TRANSIENT, now=now, error_code=failure.code)
        if retry.worn_out(message.attempts, failure.tries):
            end, words = Status.FAILED, retry.tried(failure.words, message.attempts)
            moved = move(mine, end, now=now, reason=words, error_code=failure.code)
        elif moment is None:
            end, moved = Status.EXPIRED, _expire_after(mine, failure.words, failure.code, now=now)
        else:
            end = Status.PLANNED
            moved = move(mine, end, now=now, due_at=moment, reason=failure.words, error_code=failure.code)
            end = _end_if_withdrawn(message, end, now=now)
    if moved:
        _count(message, end)


def permanent(message: Message, failure: PermanentFailure, *, worker: str, now: datetime) -> None:
    """Refused for good. An opt-out that the carrier knows of becomes ours as well."""
    mine = _tried(message, worker=worker)
    end = Status.SUPPRESSED if failure.opted_out else Status.FAILED
    with transaction.atomic():
        _close_attempt(message, Attempt.Outcome.PERMANENT, now=now, error_code=failure.code)
        moved = move(mine, end, now=now, reason=failure.words, error_code=failure.code)
        channel, said = Channel(message.channel), {"code": failure.code, "words": failure.words}
        note = faults.note if failure.dead_address else faults.strike
        note(channel, message.address, **said, now=now)
        if failure.opted_out:
            note_opt_out_at_carrier(message.address, wording=f"refused with code {failure.code}", now=now)
        if failure.operator:
            operator.tell(*codes.trouble(**said), now=now, grave=False)
    if moved:
        _count(message, end)


def unknown(message: Message, failure: OutcomeUnknown, *, now: datetime) -> None:
    """Nobody knows whether it was taken: neither sent again nor called failed until that is known."""
    # Not from planned or claimed: there the doubt has been settled already.
    asked = Message.objects.filter(pk=message.pk, status=Status.SUBMITTING)
    with transaction.atomic():
        _close_attempt(message, Attempt.Outcome.UNKNOWN, now=now, error_code=failure.code)
        moved = move(
            asked,
            Status.IN_DOUBT,
            now=now,
            lease_until=now + FIRST_LOOK[Urgency(message.urgency)],
            reason=failure.words,
            error_code=failure.code,
        )
    if moved:
        _count(message, Status.IN_DOUBT)


def absent(message: Message, *, now: datetime, words: str = "the carrier did not take the last try") -> Status | None:
    """The provider's log proves that it was not taken: it may be sent again, if there is time."""
    doubtful = Message.objects.filter(pk=message.pk, status=Status.IN_DOUBT)
    with transaction.atomic():
        if message.expires_at > now:
            due = min(message.due_at, now)
            end, moved = Status.PLANNED, move(doubtful, Status.PLANNED, now=now, due_at=due, reason=words)
            end = _end_if_withdrawn(message, end, now=now)
        else:
            end, moved = Status.EXPIRED, _expire_after(doubtful, words, message.error_code, now=now)
        if moved:
            Attempt.objects.filter(message=message, number=message.attempts).update(
                outcome=Attempt.Outcome.ABSENT, finished_at=Coalesce("finished_at", now)
            )
    return end if moved else None


def give_up_doubt(message: Message, *, reason: str, now: datetime) -> bool:
    """Nothing will ever prove what happened: the row ends as failed and says so."""
    doubtful = Message.objects.filter(pk=message.pk, status=Status.IN_DOUBT)
    return bool(move(doubtful, Status.FAILED, now=now, reason=reason))


def expire(rows: QuerySet[Message], *, now: datetime) -> int:
    """End rows whose time has passed before they were sent; answers how many."""
    return move(rows, Status.EXPIRED, now=now, reason="its time had passed before it could be sent")


def fail_unsent(rows: QuerySet[Message], *, code: str, reason: str, now: datetime) -> int:
    """End rows that no provider need be asked about: it would refuse them. Answers how many."""
    return move(rows, Status.FAILED, now=now, reason=reason, error_code=code)


def hold(rows: QuerySet[Message], *, reason: str, now: datetime) -> int:
    """Keep rows until a person decides; answers how many."""
    return move(rows, Status.HELD, now=now, claimed_by="", reason=reason)


def suppress(rows: QuerySet[Message], *, reason: str, now: datetime) -> int:
    """End rows that must not be sent; answers how many."""
    return move(rows, Status.SUPPRESSED, now=now, reason=reason)


def note_withdrawal(rows: QuerySet[Message], *, reason: str) -> int:
    """Nobody wants these any more, and a provider is being asked or has them: should they come back, they end."""
    # What was taken as well: the network may give it back, and then it is not sent a second time.
    asked = (Status.SUBMITTING, Status.IN_DOUBT, Status.ACCEPTED, Status.SENT)
    on_the_way = rows.filter(status__in=asked, withdrawn="")
    return on_the_way.update(withdrawn=reason[:200])


def release(rows: QuerySet[Message], *, now: datetime) -> int:
    """Give claimed rows back untouched."""
    return move(rows.filter(status=Status.CLAIMED), Status.PLANNED, now=now, claimed_by="")


def postpone(rows: QuerySet[Message], *, until: datetime, reason: str, now: datetime) -> int:
    """Give claimed rows back for later. Those that would expire by then keep their lease, and expire after it."""
    rows = rows.filter(status=Status.CLAIMED, expires_at__gt=until)
    return move(rows, Status.PLANNED, now=now, claimed_by="", due_at=until, reason=reason)


def leave_in_doubt(rows: QuerySet[Message], *, now: datetime) -> int:
    """A worker died while it asked the provider."""
    return move(
        rows.filter(status=Status.SUBMITTING),
        Status.IN_DOUBT,
        now=now,
        lease_until=now,
        reason="the worker stopped while it waited for the provider",
    )


def reported(message: Message, status: Status, *, provider_id: str, code: str, words: str, now: datetime) -> bool:
    """A receipt speaks. Late, repeated and contradicting ones change nothing; one that came before our
    own commit heals the row. False: nothing moved.
    """
    if message.provider_id and message.provider_id != provider_id:
        log.warning("receipt_of_another_try", message=str(message.uuid))
        return False
    # A row that waits for another try was never named: the receipt proves that an earlier try arrived.
    # Named or not yet: our own commit may happen between the caller's look and this statement.
    rows = Message.objects.filter(pk=message.pk, provider_id__in=["", provider_id], attempts__gte=1)
    explained = status in (Status.UNDELIVERED, Status.FAILED)
    moved = move(
        rows,
        status,
        now=now,
        provider_id=provider_id,
        accepted_at=Coalesce(F("accepted_at"), now),
        submitted_at=Coalesce(F("submitted_at"), now),
        reason=words if explained else "",
        error_code=code,
    )
    if moved:
        _count(message, status)
    return bool(moved)


def note_opt_out_at_carrier(address: str, *, wording: str, now: datetime) -> None:
    """The carrier knows of an opt-out that we have not heard of: the ledger follows it."""
    consent.revoke_everything(address, source=ConsentEvent.Source.CARRIER, wording=wording, now=now)


def _tried(message: Message, *, worker: str) -> QuerySet[Message]:
    """The row while it stands at this try: also one that came to be in doubt because the certain answer was slow."""
    asking = Q(status=Status.SUBMITTING, claimed_by=worker) | Q(status=Status.IN_DOUBT)
    return Message.objects.filter(asking, pk=message.pk, attempts=message.attempts)


def _expire_after(rows: QuerySet[Message], words: str, code: str, *, now: datetime) -> int:
    return move(rows, Status.EXPIRED, now=now, reason=f"its time has passed; last: {words}", error_code=code)


def _end_if_withdrawn(message: Message, status: Status, *, now: datetime) -> Status:
    """Where a row that has gone back to wait ends: `status`, or suppressed when it was taken back meanwhile."""
    waiting = Message.objects.filter(pk=message.pk, status=Status.PLANNED).exclude(withdrawn="")
    reason = waiting.values_list("withdrawn", flat=True).first()
    return Status.SUPPRESSED if reason and suppress(waiting, reason=reason, now=now) else status


def _close_attempt(message: Message, outcome: Attempt.Outcome, *, now: datetime, **fields: str) -> None:
    # That the network gave it back was said later than what the provider answered, whichever is written down first.
    tries = Attempt.objects.filter(message=message, number=message.attempts).exclude(outcome=Attempt.Outcome.RETURNED)
    tries.update(outcome=outcome, finished_at=now, **fields)


def _count(message: Message, status: Status) -> None:
    MESSAGES.labels(channel=message.channel, purpose=message.purpose, status=status.value).inc()
