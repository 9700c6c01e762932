"""STOP, START and HELP by text: written into the consent ledger, and answered once.

The first of settings.INBOUND_HANDLERS to act, never the only one to read: see messaging/inbound.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from messaging import consent, outbox, wordings
from messaging.domain.address import is_phone
from messaging.domain.consent_words import Reading, Wish, read
from messaging.domain.delivery import CONSENT_PURPOSES, Channel, Purpose, Urgency
from messaging.domain.wording import WordingError
from messaging.models import ConsentEvent, InboundMessage, Message

log = structlog.get_logger(__name__)

DISPOSITIONS = {Wish.STOP: "opt_out", Wish.START: "opt_in", Wish.HELP: "help"}
TEMPLATES = {Wish.STOP: "opt_out_done", Wish.START: "opt_in_done", Wish.HELP: "help_answer"}
#: A confirmation of an opt-out that comes later than that is one text too many.
REPLY_LIVES = {Wish.STOP: timedelta(minutes=5), Wish.START: timedelta(hours=1), Wish.HELP: timedelta(hours=1)}


def handle(message: InboundMessage, *, now: datetime) -> str | None:
    """Obey a text that is a STOP, START or HELP and nothing else; None for every other text."""
    reading = read(message.body, carrier_says=message.opt_out_type)
    if reading is None or not is_phone(message.from_address):
        return None
    if reading.wish is Wish.STOP:
        changed = revoke(message, now=now)
    elif reading.wish is Wish.START:
        changed = _grant_again(message, now=now)
        if not changed and _nothing_to_start(message.from_address):
            # Nobody here ever had this person's consent: somebody should ask what they want.
            return None
    else:
        changed = True
    # With an OptOutType the carrier has answered in our name; said twice, one answer is enough.
    if changed and not message.opt_out_type:
        _answer(message, reading, now=now)
    return DISPOSITIONS[reading.wish]


def revoke(message: InboundMessage, *, now: datetime) -> bool:
    """No to every purpose: the number has spoken, not one of its uses."""
    standing = [p for p in CONSENT_PURPOSES if consent.state(message.from_address, p) is not False]
    for purpose in standing:
        _record(message, purpose, granted=False, now=now)
    return bool(standing)


def _grant_again(message: InboundMessage, *, now: datetime) -> bool:
    """Yes to what was once agreed to and then revoked; START is no consent to anything new."""
    back = [
        purpose
        for purpose in CONSENT_PURPOSES
        if consent.state(message.from_address, purpose) is False and consent.was_granted(message.from_address, purpose)
    ]
    for purpose in back:
        _record(message, purpose, granted=True, now=now)
    return bool(back)


def _nothing_to_start(address: str) -> bool:
    return not any(consent.state(address, purpose) for purpose in CONSENT_PURPOSES)


def _record(message: InboundMessage, purpose: Purpose, *, granted: bool, now: datetime) -> None:
    consent.record(
        message.from_address,
        purpose,
        granted=granted,
        source=ConsentEvent.Source.TEXT,
        wording=message.body[:500],
        now=now,
        by=f"text {message.provider_id}"[:150],
    )


def _answer(message: InboundMessage, reading: Reading, *, now: datetime) -> None:
    template = TEMPLATES[reading.wish]
    language = reading.language or _language_of(message.from_address)
    try:
        # A savepoint of its own: whatever is wrong with the answer, the wish itself has been written down.
        with transaction.atomic():
            outbox.enqueue(
                [
                    outbox.Draft(
                        key=f"reply:{message.pk}:{template}",
                        channel=Channel.SMS,
                        purpose=Purpose.REPLIES,
                        urgency=Urgency.ORDINARY,
                        address=message.from_address,
                        sender=message.to_address if is_phone(message.to_address) else "",
                        body=wordings.load(template, language, Channel.SMS).body,
                        template=template,
                        language=language,
                        due_at=now,
                        expires_at=now + REPLY_LIVES[reading.wish],
                    )
                ],
                now=now,
            )
    except (WordingError, ValueError, IntegrityError) as error:
        log.error("consent_answer_not_written", template=template, error=type(error).__name__)
        return
    outbox.wake(Urgency.ORDINARY)


def _language_of(address: str) -> str:
    """The language of the last message to this number; the clinic's first one when there was none."""
    last = Message.objects.filter(address=address).order_by("-pk").values_list("language", flat=True).first()
    return last if last in settings.MESSAGE_LANGUAGES else str(settings.MESSAGE_LANGUAGES[0])
