"""STOP, START and HELP by text: written into the consent ledger, and answered once.

The first of settings.INBOUND_HANDLERS to act, never the only one to read: see messaging/inbound.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from messaging import consent, outbox, wordings
from messaging.domain.address import is_email, is_phone
from messaging.domain.consent_words import CARRIER_START, Wish, is_stop_among_others, language_of, read
from messaging.domain.delivery import CONSENT_PURPOSES, Channel, Purpose, Urgency
from messaging.domain.plain import words
from messaging.domain.wording import WordingError
from messaging.models import ConsentEvent, InboundMessage, Message

log = structlog.get_logger(__name__)

DISPOSITIONS = {Wish.STOP: "opt_out", Wish.START: "opt_in", Wish.HELP: "help"}
TEMPLATES = {Wish.STOP: "opt_out_done", Wish.START: "opt_in_done", Wish.HELP: "help_answer"}
#: How the wordings end that name neither clinic nor telephone.
BARE = "_bare"
#: How a claim of an earlier handler ends where the text asks for silence besides.
BESIDE = "+stop"
#: A confirmation of an opt-out that comes later than that is one text too many.
REPLY_LIVES = {Wish.STOP: timedelta(minutes=5), Wish.START: timedelta(hours=1), Wish.HELP: timedelta(hours=1)}

SOURCES = {
    InboundMessage.Source.TEXT: ConsentEvent.Source.TEXT,
    InboundMessage.Source.PAGE: ConsentEvent.Source.PAGE,
    InboundMessage.Source.MAIL: ConsentEvent.Source.MAIL,
}


def handle(message: InboundMessage, *, now: datetime) -> str | None:
    """Obey a text that asks to stop, to start again or who we are; None for every other text.

    A STOP counts among other words too: whoever reads those has claimed the text by then, or reads it after us.
    """
    reading = read(message.body, carrier_says=message.opt_out_type)
    if reading is None and not _stops_beside_others(message):
        return None
    by_phone = is_phone(message.from_address)
    if not by_phone and not is_email(message.from_address):
        return None
    wish = reading.wish if reading else Wish.STOP
    if wish is Wish.STOP:
        changed = revoke(message, now=now)
    elif wish is Wish.START:
        changed = _grant_again(message, now=now)
        if not changed and _means_nothing(message):
            return None
    else:
        # Who has claimed the text by now has answered it.
        changed = not message.disposition
    # With an OptOutType the carrier has answered in our name; said twice, one answer is enough.
    # A mailbox is not texted, and a page has said what it has done.
    if changed and by_phone and not message.opt_out_type:
        _answer(message, wish, now=now)
    return DISPOSITIONS[wish]


def _stops_beside_others(message: InboundMessage) -> bool:
    """Whether its other words ask for silence too. Who has claimed it by now has said so in the claim.

    A nurse's answer that quotes her page ("PHONE: no texts"), or the canary's echo of it, asks for nothing.
    """
    claimed_without = message.disposition and not message.disposition.endswith(BESIDE)
    return not claimed_without and is_stop_among_others(message.body)


def revoke(message: InboundMessage, *, now: datetime) -> bool:
    """No to everything: the number has spoken, not one of its uses."""
    return consent.revoke_everything(message.from_address, **_said(message, now=now))


def _grant_again(message: InboundMessage, *, now: datetime) -> bool:
    """Yes to what was agreed to before the STOP; START is no consent to anything new."""
    return consent.restore(message.from_address, **_said(message, now=now))


def _means_nothing(message: InboundMessage) -> bool:
    """Whether there was nothing to start, and more than the keyword was said: "send me the text again", or YES."""
    agreed = any(consent.state(message.from_address, purpose) for purpose in CONSENT_PURPOSES)
    return not agreed or words(message.body) not in CARRIER_START


def _said(message: InboundMessage, *, now: datetime) -> dict[str, Any]:
    """What the ledger keeps of a text: her words, the text that they came in, and whether the carrier obeyed it too."""
    by = f"{message.source} {message.provider_id}" + (", answered by the carrier" if message.opt_out_type else "")
    return {
        # The ways in which words come are sources of consent by the same names.
        "source": ConsentEvent.Source(message.source),
        "wording": message.body[:500],
        "now": now,
        "by": by,
        "language": _language(message),
    }


def _language(message: InboundMessage) -> str:
    """The language of the words; where they do not tell, that of the last message to the number."""
    return language_of(message.body) or _language_of(message.from_address)


def _answer(message: InboundMessage, wish: Wish, *, now: datetime) -> None:
    language, ours = _language(message), who_we_are(message.from_address)
    template = TEMPLATES[wish] if ours else f"{TEMPLATES[wish]}{BARE}"
    try:
        # A savepoint of its own: whatever is wrong with the answer, the wish itself has been written down.
        with transaction.atomic():
            words = wordings.load(template, language, Channel.SMS)
            outbox.enqueue(
                [
                    outbox.Draft(
                        key=f"reply:{message.pk}:{template}",
                        channel=Channel.SMS,
                        purpose=Purpose.REPLIES,
                        urgency=Urgency.ORDINARY,
                        address=message.from_address,
                        sender=message.to_address if is_phone(message.to_address) else "",
                        body=words.filled(ours).body,
                        template=template,
                        template_version=words.version,
                        language=language,
                        due_at=now,
                        expires_at=now + REPLY_LIVES[wish],
                        on_behalf_of=ours.get("owner", ""),
                    )
                ],
                now=now,
            )
    except (WordingError, ValueError, IntegrityError) as error:
        log.error("consent_answer_not_written", template=template, error=type(error).__name__)
        return
    outbox.wake(Urgency.ORDINARY)


def who_we_are(address: str) -> Mapping[str, str]:
    """Clinic and telephone to be named in an answer to `address` (settings.WHO_WE_ARE); empty where one is missing."""
    ours: Mapping[str, str] = import_string(settings.WHO_WE_ARE)(address)
    return ours if all(ours.get(name) for name in ("clinic", "phone")) else {}


def _language_of(address: str) -> str:
    """The language of the last message to this number; the clinic's first one when there was none."""
    last = Message.objects.filter(address=address).order_by("-pk").values_list("language", flat=True).first()
    return last if last in settings.MESSAGE_LANGUAGES else str(settings.MESSAGE_LANGUAGES[0])
