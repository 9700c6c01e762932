"""How far a page came, as the carrier told it: each of its words once, with the time by the clinic's clock."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from messaging.domain.delivery import Channel
from messaging.models import Message

_OF_TEXTS = {
    "sent": lazy("sent"),
    "delivered": lazy("delivered"),
    "read": lazy("read"),
    "undelivered": lazy("not delivered"),
    "failed": lazy("failed"),
}
_OF_CALLS = {
    "initiated": lazy("dialled"),
    "ringing": lazy("rang"),
    "in-progress": lazy("picked up"),
    "completed": lazy("call ended"),
    "busy": lazy("busy"),
    "no-answer": lazy("nobody picked up"),
    "failed": lazy("failed"),
    "canceled": lazy("called off"),
}


def receipts_of(message: Message, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Words and times, in order; taken by the carrier comes first. Words that nobody needs (queued) are left out."""
    known = _OF_CALLS if message.channel == Channel.VOICE else _OF_TEXTS
    found: dict[str, str] = {}
    if message.accepted_at:
        found[_("taken by the carrier")] = f"{message.accepted_at.astimezone(zone):%H:%M:%S}"
    for receipt in sorted(message.receipts.all(), key=lambda receipt: receipt.received_at):
        if words := known.get(receipt.word):
            found.setdefault(str(words), f"{receipt.received_at.astimezone(zone):%H:%M:%S}")
    return list(found.items())
