"""Mails for tests: one of ours that has left by the in-memory channel, and what comes back to the door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.test import Client

from messaging import dispatch
from messaging.channels import smtp
from messaging.channels.memory import Memory
from messaging.domain.delivery import Urgency
from messaging.envelope import outgoing
from messaging.models import Message
from tests.support.messages import MAILBOX, NOW, HandClock, mail, outbox_with

TOKEN = "sandbox-mail-token"


def sent(key: str = "mail-1", **changes: Any) -> Message:
    """A mail that the mail host has taken."""
    (message,) = outbox_with(mail(key, **changes))
    leave()
    message.refresh_from_db()
    return message


def leave(clock: HandClock | None = None) -> None:
    """Everything that is due leaves."""
    dispatch.run(Urgency.ORDINARY, clock=clock or HandClock(), worker="test")


def raw(message: Message) -> bytes:
    """The mail as a mail host is given it."""
    return smtp.compose(outgoing(message, now=NOW)).message().as_bytes()


def bring(mail: bytes, *, token: str = TOKEN, client: Client | None = None) -> int:
    """A mail host brings `mail`; the status of our answer."""
    response = (client or Client()).post(
        "/webhooks/mail/", mail, content_type="message/rfc822", headers={"Authorization": f"Bearer {token}"}
    )
    return response.status_code


def taken(uuid: UUID) -> int:
    """How often the in-memory channel has had this mail."""
    return sum(kept.uuid == uuid for _, kept in Memory.taken)


__all__ = ["MAILBOX", "NOW", "bring", "leave", "raw", "sent", "taken"]
