"""Knows how a mail that came over the socket is kept, and how its parts are read again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from django.db import transaction

from sandbox.models import Mail, Recipient
from sandbox.router import ALIAS


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail."""

    name: str
    content_type: str
    content: bytes

    @property
    def is_text(self) -> bool:
        """Whether a person can read it as it is."""
        return self.content_type.startswith("text/")

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode("utf-8", errors="replace")


@dataclass(slots=True)
class Letter:
    """A parsed mail."""

    headers: list[tuple[str, str]]
    text: str = ""
    html: str = ""
    attachments: list[Attachment] = field(default_factory=list)


def parse(raw: bytes) -> EmailMessage:
    """The mail as the standard library understands it."""
    return BytesParser(policy=policy.default).parsebytes(raw)


def read(raw: bytes) -> Letter:
    """Text, HTML and attachments of a mail; what cannot be decoded is shown as well as it goes."""
    message = parse(raw)
    letter = Letter(headers=[(name, str(value)) for name, value in message.items()])
    for part in message.walk():
        if part.is_multipart():
            continue
        kind, payload = part.get_content_type(), part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        body = part.get_content_disposition() != "attachment" and not part.get_filename()
        charset = part.get_content_charset() or "utf-8"
        if body and kind == "text/plain" and not letter.text:
            letter.text = _decoded(content, charset)
        elif body and kind == "text/html" and not letter.html:
            letter.html = _decoded(content, charset)
        else:
            letter.attachments.append(Attachment(part.get_filename() or _unnamed(kind), kind, content))
    return letter


def _decoded(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")


def _unnamed(kind: str) -> str:
    return "invite.ics" if kind == "text/calendar" else f"part.{kind.rpartition('/')[2]}"


def keep(raw: bytes, *, envelope_from: str, recipients: Iterable[str], now: datetime) -> Mail:
    """Store a mail for each of `recipients`."""
    letter = read(raw)
    headers = {name.lower(): value for name, value in reversed(letter.headers)}
    with transaction.atomic(using=ALIAS):
        mail = Mail.objects.create(
            envelope_from=envelope_from[:320],
            subject=headers.get("subject", ""),
            sender=headers.get("from", ""),
            message_id=headers.get("message-id", "")[:320],
            attachments=len(letter.attachments),
            raw=raw,
            received_at=now,
        )
        Recipient.objects.bulk_create(Recipient(mail=mail, address=one.lower()[:320]) for one in recipients)
    return mail
