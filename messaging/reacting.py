"""What follows when a provider reports that a message did not arrive: once more, another way, or somebody is told.

The report comes from a receipt or from the poller. Those know whether it is about the present try: see receipts.py.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from messaging import breakers, codes, faults, operator, record
from messaging.domain import reactions, retry
from messaging.domain.delivery import Channel, Status, Urgency
from messaging.domain.pacing import TOO_FAST
from messaging.domain.reactions import Code, Decision
from messaging.envelope import sender_of
from messaging.metrics import MESSAGES
from messaging.models import Attempt, Message
from messaging.pacing import SenderKey, pacer

log = structlog.get_logger(__name__)

#: A report that came before our own commit only names the message; what it calls for is done at the next look.
LOOK_SOON = timedelta(minutes=2)

_SPREAD = random.SystemRandom()


def to_report(message: Message, status: Status, code: str, *, now: datetime) -> Decision:
    """What the report that `message` ended as `status` with `code` leads to."""
    return _decide(message, _entry(code, status), code, now=now)


def apply(message: Message, status: Status, *, provider_id: str, code: str, words: str, now: datetime) -> bool:
    """Do what a report calls for. False: nothing moved.

    `message` is as it stands now, its row locked by the caller, and the report is about the try that it stands at;
    `status` is UNDELIVERED or FAILED. The same report may come again: what has moved once is not moved twice.
    """
    codes.refresh(now=now)
    entry = _entry(code, status)
    decision = _decide(message, entry, code, now=now)
    words = entry.words if entry else words
    with transaction.atomic():
        if decision.again_in is None or message.withdrawn:
            ending = retry.tried(words, message.attempts)
            moved = record.reported(message, status, provider_id=provider_id, code=code, words=ending, now=now)
        elif message.status in (Status.ACCEPTED, Status.SENT):
            due = now + decision.again_in
            moved = _take_back(message, provider_id=provider_id, code=code, words=words, due=due, now=now)
        else:
            return _name(message, provider_id=provider_id, now=now)
        if moved:
            _follow(message, decision, code=code, words=words, now=now)
    return moved


def _entry(code: str, status: Status) -> Code | None:
    if not code:
        return None
    return codes.lookup(code) or reactions.unknown(code, failed_inside=status is Status.FAILED)


def _decide(message: Message, entry: Code | None, code: str, *, now: datetime) -> Decision:
    returned = Attempt.objects.filter(message=message, outcome=Attempt.Outcome.RETURNED, error_code=code)
    return reactions.to_report(
        entry,
        urgent=message.urgency == Urgency.URGENT,
        returned=returned.count() if entry else 0,
        left=message.expires_at - now,
        jitter=_SPREAD.random(),
    )


def _take_back(message: Message, *, provider_id: str, code: str, words: str, due: datetime, now: datetime) -> bool:
    """The network returned it: it waits for its next try, and the try that was returned keeps its name."""
    named = Message.objects.filter(pk=message.pk, provider_id=provider_id, expires_at__gt=due, withdrawn="")
    moved = record.move(
        named,
        Status.PLANNED,
        now=now,
        provider_id="",
        claimed_by="",
        # The time at which it was accepted stays until it is sent again: see receiving.py.
        next_look_at=None,
        due_at=due,
        reason=words,
        error_code=code,
    )
    if moved:
        Attempt.objects.filter(message=message, number=message.attempts).update(
            outcome=Attempt.Outcome.RETURNED,
            provider_id=provider_id,
            error_code=code,
            finished_at=Coalesce("finished_at", now),
        )
        MESSAGES.labels(channel=message.channel, purpose=message.purpose, status=Status.PLANNED.value).inc()
    return bool(moved)


def _name(message: Message, *, provider_id: str, now: datetime) -> bool:
    """The answer that names this try is still on its way to us. Taken back now, the row would be moved on by it."""
    unnamed = Message.objects.filter(pk=message.pk, provider_id="", status__in=(Status.SUBMITTING, Status.IN_DOUBT))
    moved = record.move(
        unnamed,
        Status.SENT,
        now=now,
        provider_id=provider_id,
        accepted_at=Coalesce(F("accepted_at"), now),
        next_look_at=now + LOOK_SOON,
        reason="",
        error_code="",
    )
    return bool(moved)


def _follow(message: Message, decision: Decision, *, code: str, words: str, now: datetime) -> None:
    channel, known = Channel(message.channel), codes.lookup(code)
    if code:
        codes.seen(code, known=known)
    if decision.dead_address:
        faults.note(channel, message.address, code=code, words=words, now=now)
    else:
        faults.strike(channel, message.address, code=code, words=words, now=now)
    if decision.opted_out:
        record.note_opt_out_at_carrier(message.address, wording=f"returned with code {code}", now=now)
    if decision.tell_operator or (code and known is None):
        operator.tell(*codes.trouble(code, words), now=now, grave=False)
    if decision.holds_sender:
        sender = sender_of(channel, Urgency(message.urgency), message.sender)
        whole = decision.whole_account
        breakers.trip(channel, sender, code=code, words=words, whole_account=whole, now=now)
    elif code in TOO_FAST:
        key = SenderKey(channel, sender_of(channel, Urgency(message.urgency), message.sender))
        slow = partial(pacer().slow_down, key, retry_after=None, crowded=False)
        # Redis may take a moment to answer, and the rows are locked until then.
        transaction.on_commit(slow, robust=True)
