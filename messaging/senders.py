"""Which of our senders a message leaves by when it names none."""

from __future__ import annotations

from django.conf import settings

from messaging.domain.address import is_phone
from messaging.domain.delivery import Channel, Urgency


def default(channel: Channel, urgency: Urgency) -> str:
    """The sender that fits. Urgent texts have one of their own: the carrier keeps one queue per sender."""
    if channel is Channel.EMAIL:
        return str(settings.DEFAULT_FROM_EMAIL)
    senders = [str(settings.TWILIO_FROM_ALERTS), str(settings.TWILIO_FROM_REMINDERS)]
    if channel is Channel.VOICE:
        # A messaging service cannot place calls: then the other sender does, if it is a number.
        return next(filter(is_phone, senders), senders[0])
    return senders[0] if urgency is Urgency.URGENT else senders[1]
