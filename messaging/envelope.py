"""What a channel is given of a message: plain values, the sender that it leaves by, and where answers to it go."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from messaging import mail_page, senders, stop_links
from messaging.channels.base import Outgoing
from messaging.domain.delivery import EXEMPT_FROM_CONSENT, Channel, Purpose, Urgency
from messaging.domain.mail_names import return_address
from messaging.models import Message

_NOBODY = UUID(int=0)


def outgoing(message: Message, *, now: datetime) -> Outgoing:
    """The plain value that a channel is given."""
    channel = Channel(message.channel)
    base = str(settings.PUBLIC_BASE_URL)
    envelope = Outgoing(
        uuid=message.uuid,
        channel=channel,
        address=message.address,
        sender=sender_of(channel, Urgency(message.urgency), message.sender),
        body=message.body,
        subject=message.subject,
        html=message.html,
        calendar=message.calendar,
        valid_for=message.expires_at - now,
        answer_url=base + message.answer_path if message.answer_path else "",
        language=message.language,
        callback_url=_callback(base).replace(str(_NOBODY), str(message.uuid)),
    )
    return _as_mail(envelope, Purpose(message.purpose)) if channel is Channel.EMAIL else envelope


def _as_mail(envelope: Outgoing, purpose: Purpose) -> Outgoing:
    """With how it is stopped, and where it comes back to. Neither is kept: both are keys, made when they are needed."""
    stop_url = "" if purpose in EXEMPT_FROM_CONSENT else stop_links.url(envelope.uuid)
    name = parseaddr(envelope.sender)[0] or parseaddr(envelope.sender)[1]
    body, html = mail_page.with_foot(
        envelope.body, envelope.html, language=envelope.language, sender=name, stop_url=stop_url
    )
    bounces = str(settings.BOUNCE_ADDRESS)
    return_to = return_address(bounces, envelope.uuid) if bounces else ""
    return replace(envelope, body=body, html=html, stop_url=stop_url, return_to=return_to)


def sender_of(channel: Channel, urgency: Urgency, chosen: str) -> str:
    """The sender of ours that a message leaves by: the one that was chosen for it, or the one that fits."""
    return chosen or senders.default(channel, urgency)


@lru_cache(maxsize=8)
def _callback(base: str) -> str:
    # Found once: looking a path up costs more than all the rest of an envelope.
    return base + reverse("messaging:delivery-receipt", args=[_NOBODY])
