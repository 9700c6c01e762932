"""What of a claimed batch may leave at all: not what is stale, not to an address that does not work, not a flood."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from messaging import bulk, faults, guard, record
from messaging.domain.delivery import Channel, Status, Urgency
from messaging.models import Message
from messaging.tally import Tally


def sift(batch: Sequence[Message], tally: Tally, *, worker: str, now: datetime) -> list[Message]:
    """Those of the batch that may leave now; the others end or are held here, each with its reason.

    Consent is not asked for here: it may end until the very moment of sending, and is asked for then (bulk.begin).
    """
    held = Message.objects.filter(claimed_by=worker)
    fresh = [message for message in batch if message.expires_at > now]
    stale = [message for message in batch if message.expires_at <= now]
    if stale:
        tally.expired += record.expire(held.filter(pk__in=[message.pk for message in stale]), now=now)
    standing = faults.standing({_way(message) for message in fresh})
    broken = [message for message in fresh if _way(message) in standing]
    for message in broken:
        fault = standing[_way(message)]
        rows = held.filter(pk=message.pk)
        tally.failed += record.fail_unsent(rows, code=fault.code, reason=faults.words_of(fault), now=now)
    working = [message for message in fresh if _way(message) not in standing]
    flood = guard.too_many([one for one in working if one.urgency == Urgency.ORDINARY], now=now)
    for reason in set(flood.values()):
        ids = [pk for pk, why in flood.items() if why == reason]
        tally.held += record.hold(held.filter(pk__in=ids), reason=reason, now=now)
    ended = [(message, Status.EXPIRED) for message in stale] + [(message, Status.FAILED) for message in broken]
    record.count(ended + [(message, Status.HELD) for message in working if message.pk in flood])
    return [message for message in working if message.pk not in flood]


def end_unbegun(chunk: Sequence[Message], begun: bulk.Begun, tally: Tally, *, worker: str, now: datetime) -> None:
    """Those of `chunk` that could not be begun: suppressed where the consent has ended, else free again."""
    if len(begun.asking) == len(chunk):
        return
    unwanted = {message.pk for message in begun.unwanted}
    left = {message.pk for message in chunk} - {message.pk for message in begun.asking} - unwanted
    rows = Message.objects.filter(status=Status.CLAIMED, claimed_by=worker)
    words = "no consent is recorded for this address"
    tally.suppressed += record.suppress(rows.filter(pk__in=unwanted), reason=words, now=now)
    record.count([(message, Status.SUPPRESSED) for message in begun.unwanted])
    # Its time, or our hold on it, ended in the meantime: the next sifting says so on the row.
    record.release(rows.filter(pk__in=left), now=now)


def _way(message: Message) -> tuple[Channel, str]:
    return Channel(message.channel), message.address
