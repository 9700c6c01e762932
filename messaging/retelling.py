"""Tells of messages of the past as if a carrier had taken them then: for demos, whose stories begin earlier."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from messaging.domain.delivery import Channel, Status
from messaging.models import Attempt, Message, Receipt

_ANSWERED = timedelta(seconds=1)
_ARRIVED = timedelta(seconds=4)
#: A telephone rings for so long before voicemail, or nobody, picks up.
_RANG = timedelta(seconds=25)
_NAMES = UUID("6f1d7c1e-52c8-4f3e-9a54-0d8a0c2b7e11")
#: What a carrier says of a call, where it is not the name of a status.
_OF_CALLS = {"ringing": Status.SENT, "completed": Status.DELIVERED, "no-answer": Status.UNDELIVERED}


def arrive(message: Message, *, at: datetime, words: tuple[str, ...], reason: str = "", code: str = "") -> None:
    """Write a message's way down: one attempt at `at`, and the receipts that the carrier sent, in `words`."""
    name = uuid5(_NAMES, message.key).hex
    prefix = {Channel.SMS: "SM", Channel.VOICE: "CA"}.get(Channel(message.channel))
    message.provider_id = f"{prefix}{name}" if prefix else f"<{name}@bonewatch.example>"
    message.status = _status(words[-1]) if words else Status.SENT
    lasted = _RANG if message.channel == Channel.VOICE else _ARRIVED
    message.attempts, message.submitted_at, message.accepted_at = 1, at, at + _ANSWERED
    message.finished_at = at + lasted if words else None
    message.reason, message.error_code = reason, code
    message.save()
    Attempt.objects.create(
        message=message,
        number=1,
        worker="demo",
        started_at=at,
        finished_at=message.accepted_at,
        outcome=Attempt.Outcome.ACCEPTED,
        provider_id=message.provider_id,
    )
    Receipt.objects.bulk_create(
        Receipt(
            message=message,
            provider_id=message.provider_id,
            word=word,
            status=_status(word),
            error_code=code if word == words[-1] else "",
            applied=True,
            received_at=at + lasted,
        )
        for word in words
    )


def _status(word: str) -> Status:
    return _OF_CALLS.get(word) or Status(word)
