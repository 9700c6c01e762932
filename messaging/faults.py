"""Addresses that do not work: what a provider has said of them, by channel, until something shows that they do again.

A fault stands until a person clears it, until a message is delivered there after all, or until somebody texts from
there. A corrected number is another address and has no fault.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from django.db.models import QuerySet

from messaging import codes
from messaging.domain.address import consent_key, is_email
from messaging.domain.delivery import Channel
from messaging.many import among
from messaging.models import AddressFault, InboundMessage, Message

log = structlog.get_logger(__name__)

Pair = tuple[Channel, str]

#: After so long an earlier message that ended badly says nothing of today.
STRIKES_FADE = timedelta(days=30)
BY_DELIVERY = "a delivery there"
BY_TEXT = "a text from there"


def note(channel: Channel, address: str, *, code: str, words: str, now: datetime) -> None:
    """Write down that `address` does not work on `channel`; where that stands already, the first word stays."""
    fault = AddressFault(channel=channel, address=consent_key(address), code=code[:20], words=words[:200], found_at=now)
    AddressFault.objects.bulk_create([fault], ignore_conflicts=True)


def strike(channel: Channel, address: str, *, code: str, words: str, now: datetime) -> None:
    """A message to `address` has ended with `code`: with some codes it is the repetition that says that it is dead."""
    known = codes.lookup(code)
    if known is None or not known.strikes:
        return
    ended = Message.objects.filter(
        address=address, channel=channel, error_code=code, finished_at__gt=now - STRIKES_FADE
    ).order_by("-pk")
    if len(ended.values_list("pk")[: known.strikes]) >= known.strikes:
        note(channel, address, code=code, words=words, now=now)


def standing(pairs: Collection[Pair]) -> dict[Pair, AddressFault]:
    """Those of `pairs` that do not work, each with what was said of it, by one query."""
    if not pairs:
        return {}
    found = _open().filter(among("address", {consent_key(address) for _, address in pairs}))
    faults = {(fault.channel, fault.address): fault for fault in found}
    keys = {pair: (pair[0].value, consent_key(pair[1])) for pair in pairs}
    return {pair: faults[key] for pair, key in keys.items() if key in faults}


def words_of(fault: AddressFault) -> str:
    """Why nothing is sent there, for the row of a message that was not."""
    return f"{fault.words}, since {fault.found_at:%Y-%m-%d} ({fault.code})"


def clear(fault: AddressFault, *, by: str, now: datetime) -> bool:
    """Let `fault` be over: the address is tried again. False: it was over already."""
    return bool(_open().filter(pk=fault.pk).update(cleared_at=now, cleared_by=by[:150]))


def disproved(channel: Channel, address: str, *, by: str, now: datetime) -> bool:
    """Something has shown that `address` works on `channel`. False: nobody had said otherwise."""
    rows = _open().filter(channel=channel, address=consent_key(address))
    return bool(rows.update(cleared_at=now, cleared_by=by))


def hear(message: InboundMessage, *, now: datetime) -> str | None:
    """A handler of inbound texts: a number that texts can be texted, a mailbox that writes be written to. It claims
    none.
    """
    channel = Channel.EMAIL if is_email(message.from_address) else Channel.SMS
    if disproved(channel, message.from_address, by=BY_TEXT, now=now):
        log.info("address_works_again", inbound=message.pk)
    return None


def _open() -> QuerySet[AddressFault]:
    return AddressFault.objects.filter(cleared_at__isnull=True)
