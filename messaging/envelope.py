"""What a channel is given of a message: plain values, the sender that it leaves by, and where answers to it go."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from messaging import senders
from messaging.channels.base import Outgoing
from messaging.domain.delivery import Channel, Urgency
from messaging.models import Message

_NOBODY = UUID(int=0)


def outgoing(message: Message, *, now: datetime) -> Outgoing:
    """The plain value that a channel is given."""
    channel = Channel(message.channel)
    base = str(settings.PUBLIC_BASE_URL)
    return Outgoing(
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
        callback_url=_callback(base).replace(str(_NOBODY), str(message.uuid)),
    )


def sender_of(channel: Channel, urgency: Urgency, chosen: str) -> str:
    """The sender of ours that a message leaves by: the one that was chosen for it, or the one that fits."""
    return chosen or senders.default(channel, urgency)


@lru_cache(maxsize=8)
def _callback(base: str) -> str:
    # Found once: looking a path up costs more than all the rest of an envelope.
    return base + reverse("messaging:delivery-receipt", args=[_NOBODY])
