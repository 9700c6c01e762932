"""What comes of a mail that came to us: a message of ours ends as returned, a mailbox falls silent, words are read.

Each mail is kept once, whatever it is, and what follows from it stands or falls with the keeping: a mail host that was
told of trouble brings it again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime

import structlog
from django.conf import settings
from django.db import transaction

from messaging import inbound, receipts, unsubscribe
from messaging.channels import smtp_codes
from messaging.domain import incoming_mail
from messaging.domain.address import consent_key
from messaging.domain.delivery import Channel, Urgency
from messaging.domain.incoming_mail import Incoming, Kind
from messaging.domain.mail_names import message_id
from messaging.domain.reply_text import without_introductions
from messaging.envelope import sender_of
from messaging.metrics import MAILS_IN
from messaging.models import InboundMessage, Message

log = structlog.get_logger(__name__)

#: What a mail that cannot be taken apart is cut to; a person looks at it.
_LONGEST_RAW = 20_000
_REPLY_MARK = re.compile(r"^\s*(?:(?:re|rv|fw|fwd|aw|wg)\s*:\s*)+", re.IGNORECASE)


def take(raw: bytes, *, now: datetime) -> str:
    """Keep one mail and do what it calls for; answers what it was, in a word. Raises only for want of the database."""
    found = _understood(raw)
    mail = _ours(found)
    arrival = _arrival(raw, found, mail)
    if found.kind is Kind.WORDS:
        _has_arrived(mail, now=now)
        word = inbound.receive(arrival, now=now) or "again"
    else:
        with transaction.atomic():
            known = mail is not None
            new = inbound.put_away(arrival, disposition=f"mail_{found.kind}{'' if known else '_unmatched'}", now=now)
            word = found.kind.value if new else "again"
            if new and mail is not None and found.kind in _DEEDS:
                _DEEDS[found.kind](mail, found, now)
    MAILS_IN.labels(kind=found.kind.value, known="yes" if mail else "no").inc()
    log.info("mail_taken", kind=found.kind.value, message=str(mail.uuid) if mail else "", what=word)
    return word


def _understood(raw: bytes) -> Incoming:
    try:
        return incoming_mail.read(incoming_mail.parse(raw), bounce_address=str(settings.BOUNCE_ADDRESS))
    except Exception as error:  # noqa: BLE001 - whatever broke, the mail must come before a person
        # Only the error's kind: its words may repeat the mail.
        log.error("mail_not_understood", error=type(error).__name__)
        return Incoming(Kind.WORDS, words=raw[:_LONGEST_RAW].decode("utf-8", "replace"))


def _ours(found: Incoming) -> Message | None:
    """The mail of ours that it is about."""
    mails = {mail.uuid: mail for mail in Message.objects.filter(uuid__in=found.about[:20], channel=Channel.EMAIL)}
    return next((mails[uuid] for uuid in found.about if uuid in mails), None)


def _arrival(raw: bytes, found: Incoming, mail: Message | None) -> inbound.Arrival:
    named = f"{found.message_id}\n{found.sender}".encode() if found.message_id else raw
    return inbound.Arrival(
        provider_id=f"mail:{hashlib.sha256(named).hexdigest()[:48]}",
        from_address=_spelled(found.sender, mail),
        to_address=found.recipient,
        body=_body(found, mail),
        media_count=str(min(found.files, 999)),
        source=InboundMessage.Source.MAIL,
    )


def _spelled(sender: str, mail: Message | None) -> str:
    """The sender as the mailbox is written here: mail programs and people differ in capitals."""
    if mail is not None and consent_key(mail.address) == consent_key(sender):
        return mail.address
    local, _, domain = sender.rpartition("@")
    if not local:
        return sender
    written, lower = f"{local}@{domain.lower()}", sender.lower()
    known = Message.objects.filter(address__in={written, lower}).order_by("-pk").values_list("address", flat=True)
    return known.first() or written


def _body(found: Incoming, mail: Message | None) -> str:
    """A person's own words. What the subject says is said as well, unless it only repeats ours."""
    subject = _REPLY_MARK.sub("", found.subject).strip()
    own = mail is not None and subject.casefold() == mail.subject.casefold()
    words = found.words or _unlike(found.whole, mail)
    return "\n".join(filter(None, ("" if own or found.kind is not Kind.WORDS else subject, words)))


def _unlike(whole: str, mail: Message | None) -> str:
    """What an answer that seems to hold nothing but quotation says beyond the mail that it quotes."""
    said = {_plain(line) for line in (mail.body if mail else "").splitlines()}
    heard = " ".join(sorted(said))
    lines = [
        line
        for line in without_introductions(whole).splitlines()
        if (plain := _plain(line)) and plain not in said and plain not in heard
    ]
    return "\n".join(line for line in lines if not line.lstrip().startswith(">")).strip()


def _plain(line: str) -> str:
    return " ".join(line.lstrip("> \t").split()).casefold()


def _has_arrived(mail: Message | None, *, now: datetime) -> None:
    """Who answers a mail has got it."""
    if mail is not None:
        receipts.take(mail.uuid, provider_id=_name(mail), word="delivered", code="", now=now)


def _returned(mail: Message, found: Incoming, now: datetime) -> None:
    code = smtp_codes.name_of_return(found.number, found.status)
    receipts.take(mail.uuid, provider_id=_name(mail), word="undelivered", code=code, now=now)


def _arrived(mail: Message, _: Incoming, now: datetime) -> None:
    _has_arrived(mail, now=now)


def _complained(mail: Message, _: Incoming, now: datetime) -> None:
    unsubscribe.silence(mail, wording="(reported as unwanted by the mail program)", now=now)


def _unsubscribed(mail: Message, _: Incoming, now: datetime) -> None:
    unsubscribe.silence(mail, wording="unsubscribe", now=now)


def _name(mail: Message) -> str:
    """Under which name the outbox knows it, or will."""
    channel, urgency = Channel(mail.channel), Urgency(mail.urgency)
    return mail.provider_id or message_id(mail.uuid, sender_of(channel, urgency, mail.sender))


_DEEDS: dict[Kind, Callable[[Message, Incoming, datetime], None]] = {
    Kind.BOUNCED: _returned,
    Kind.ARRIVED: _arrived,
    Kind.ACCEPTED: _arrived,
    Kind.COMPLAINT: _complained,
    Kind.UNSUBSCRIBE: _unsubscribed,
}
