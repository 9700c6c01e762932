"""What providers say about messages that they took: kept as it came, applied where the table allows it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from messaging import breakers, faults, reacting, receiving
from messaging.channels.twilio_codes import CALL_STATUSES, STATUSES, words_for
from messaging.domain.delivery import Channel, Status, Urgency
from messaging.envelope import sender_of
from messaging.metrics import MESSAGES, RECEIPTS
from messaging.models import Message
from messaging.receiving import Told

log = structlog.get_logger(__name__)

#: Not a success, and for each of them something is to be done: see reacting.py.
FAILURES = frozenset({Status.UNDELIVERED, Status.FAILED})


def take(uuid: UUID, *, provider_id: str, word: str, code: str, now: datetime) -> str:
    """Keep one receipt and let it move its message; answers what it did, in one word for the counters."""
    told = Told(
        uuid=uuid,
        name=provider_id,
        word=word,
        code=code,
        of_text=STATUSES.get(word),
        of_call=CALL_STATUSES.get(word),
    )
    try:
        result = _take(told, now=now)
    except (OperationalError, InterfaceError) as error:
        if connection.in_atomic_block:
            raise
        # A deadlock is over by now, a connection that was cut is made anew. A database that is away stays so: then
        # the carrier hears of it and brings the receipt again, or the poller asks.
        log.warning("receipt_taken_again", message=str(uuid), error=type(error).__name__)
        connection.close_if_unusable_or_obsolete()
        result = _take(told, now=now)
    RECEIPTS.labels(result=result).inc()
    return result


def _take(told: Told, *, now: datetime) -> str:
    try:
        return _hear(told, now=now)
    except IntegrityError:
        log.warning("receipt_for_taken_name", message=str(told.uuid))
    if receiving.reclaim(told, now=now):
        try:
            return _hear(told, now=now)
        except IntegrityError:
            log.error("receipt_for_name_taken_again", message=str(told.uuid))
    return _kept(told, applied=False, now=now)


def _hear(told: Told, *, now: datetime) -> str:
    with transaction.atomic():
        moves = _fail if told.status in FAILURES else _progress
        return _kept(told, applied=moves(told, now=now), now=now)


def _progress(told: Told, *, now: datetime) -> bool:
    moved = receiving.move(told, now=now)
    if moved is None:
        return False
    if moved.disproves_fault:
        faults.disproved(moved.channel, moved.address, by=faults.BY_DELIVERY, now=now)
    if moved.disproves_breaker:
        _mend(told, now=now)
    MESSAGES.labels(channel=moved.channel.value, purpose=moved.purpose, status=str(told.status)).inc()
    return True


def _mend(told: Told, *, now: datetime) -> None:
    """What it left by delivers again."""
    message = Message.objects.get(uuid=told.uuid)
    channel = Channel(message.channel)
    sender = sender_of(channel, Urgency(message.urgency), message.sender)
    breakers.mend(channel, sender, now=now, asked_at=message.submitted_at, delivered=True)


def _fail(told: Told, *, now: datetime) -> bool:
    message = Message.objects.select_for_update().filter(uuid=told.uuid).first()
    if message is None:
        return False
    is_call = message.channel == Channel.VOICE
    status = told.of_call if is_call else told.of_text
    if status is None:
        return False
    if not receiving.is_of_the_present_try(message, told.name):
        log.warning("receipt_of_another_try", message=str(message.uuid))
        return False
    words = words_for(told.code, call=told.word if is_call else "")
    return reacting.apply(message, status, provider_id=told.name, code=told.code, words=words, now=now)


def _kept(told: Told, *, applied: bool, now: datetime) -> str:
    """Write the receipt down; answers what it did."""
    meaning = receiving.keep(told, applied=applied, now=now)
    if applied:
        return "applied"
    if meaning is None:
        if not Message.objects.filter(uuid=told.uuid).exists():
            log.warning("receipt_for_unknown_message", word=told.word)
            return "unknown_message"
        return "repeated"
    if not meaning:
        log.error("unknown_status_word", word=told.word)
        return "unknown_word"
    return "ignored"
