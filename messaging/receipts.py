"""What providers say about messages that they took: kept as it came, applied where the table allows it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction

from messaging import record
from messaging.channels.twilio_codes import CALL_STATUSES, STATUSES, words_for
from messaging.domain.delivery import Channel, Status
from messaging.metrics import RECEIPTS
from messaging.models import Message, Receipt

log = structlog.get_logger(__name__)


def take(uuid: UUID, *, provider_id: str, word: str, code: str, now: datetime) -> str:
    """Keep one receipt and let it move its message; answers what it did, in one word for the counters."""
    result = _take(uuid, provider_id=provider_id, word=word, code=code, now=now)
    RECEIPTS.labels(result=result).inc()
    return result


def _take(uuid: UUID, *, provider_id: str, word: str, code: str, now: datetime) -> str:
    message = Message.objects.filter(uuid=uuid).first()
    if message is None:
        log.warning("receipt_for_unknown_message", word=word)
        return "unknown_message"
    is_call = message.channel == Channel.VOICE
    status = (CALL_STATUSES if is_call else STATUSES).get(word)
    if status is None:
        log.error("unknown_status_word", word=word)
    with transaction.atomic():
        receipt, new = Receipt.objects.get_or_create(
            message=message,
            provider_id=provider_id,
            word=word,
            defaults={"status": status or "", "error_code": code, "received_at": now},
        )
        if status is None:
            return "unknown_word"
        words = words_for(code, call=word if is_call else "")
        if not _apply(message, status, provider_id=provider_id, code=code, words=words, now=now):
            return "ignored" if new else "repeated"
        receipt.applied = True
        receipt.save(update_fields=["applied"])
    return "applied"


def _apply(message: Message, status: Status, *, provider_id: str, code: str, words: str, now: datetime) -> bool:
    try:
        with transaction.atomic():
            return record.reported(message, status, provider_id=provider_id, code=code, words=words, now=now)
    except IntegrityError:
        # The reconciler took this name for a twin's. Both texts are accounted for; see record.accepted.
        log.warning("receipt_for_taken_name", message=str(message.uuid))
        return False
