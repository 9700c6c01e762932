"""Senders that are refused: held, tried now and then, and freed again; the operator hears of it once each way.

The row with an empty address stands for the whole account of a provider; that of the carrier serves texts and calls.
What is held stays planned: it leaves when the sender works again, or expires in its own time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import QuerySet

from messaging import operator, outbox, senders, stopped
from messaging.domain import breaker
from messaging.domain.breaker import Breaker
from messaging.domain.delivery import Channel, Urgency
from messaging.domain.lanes import Lane
from messaging.models import Sender

log = structlog.get_logger(__name__)

#: The address of the row that stands for all senders of an account.
WHOLE_ACCOUNT = ""
#: Under which channel an account has its row: texts and calls have one account.
ACCOUNT_OF = {Channel.SMS: Channel.SMS, Channel.VOICE: Channel.SMS, Channel.EMAIL: Channel.EMAIL}
NAMES = {
    (Channel.SMS, True): "Our account at the carrier",
    (Channel.EMAIL, True): "Our mail host",
    (Channel.SMS, False): "A sender of texts",
    (Channel.VOICE, False): "A sender of calls",
    (Channel.EMAIL, False): "A sender of mails",
}

#: Codes that the carrier tells of what it has taken already.
TOLD_LATER = re.compile(r"30\d{3}$")

Key = tuple[Channel, str]


@dataclass(frozen=True, slots=True)
class Held:
    """The breakers that were open at one moment, and what may probe them in this look."""

    open: Mapping[Key, Breaker]
    words: Mapping[Key, str] = field(default_factory=dict)
    _probing: dict[tuple[str, Urgency], bool] = field(default_factory=dict)

    def stops(self, lane: Lane, urgency: Urgency, now: datetime) -> bool:
        """Whether what is in this lane must wait."""
        return bool(self._over(lane, urgency))

    def why(self, lane: Lane, urgency: Urgency) -> str:
        """Why it must, in words for staff; empty where it need not."""
        return next((self.words[key] for key, _ in self._over(lane, urgency)), "")

    def probes(self, lane: Lane, urgency: Urgency, now: datetime) -> bool:
        """Whether one message of a stopped lane may go through now. Of all who ask, one is told so: send it."""
        asked = (str(lane), urgency)
        if asked not in self._probing:
            self._probing[asked] = self._take_probe(lane, urgency, now=now)
        return self._probing[asked]

    def _over(self, lane: Lane, urgency: Urgency) -> list[tuple[Key, Breaker]]:
        keys = _keys(lane.channel, lane.sender or senders.default(lane.channel, urgency))
        return [(key, self.open[key]) for key in keys if key in self.open]

    def _take_probe(self, lane: Lane, urgency: Urgency, *, now: datetime) -> bool:
        stopping = self._over(lane, urgency)
        if not stopping or any(breaker.next_probe(found, urgency) > now for _, found in stopping):
            return False
        return all(_take_probe(key, found, urgency, now=now) for key, found in stopping)


def held(*, now: datetime) -> Held:
    """What is held now, by one small query."""
    rows = {(Channel(row.channel), row.address): row for row in open_breakers()}
    return Held({key: _breaker(row) for key, row in rows.items()}, {key: row.held_reason for key, row in rows.items()})


def open_breakers() -> QuerySet[Sender]:
    """The senders that are held."""
    return Sender.objects.filter(held_since__isnull=False)


def broken(*, now: datetime) -> frozenset[Channel]:
    """The channels by which nothing urgent can leave at this moment."""
    seen = held(now=now)
    lanes = [Lane(channel, "", routine=False, owner="") for channel in Channel]
    return frozenset(lane.channel for lane in lanes if seen.stops(lane, Urgency.URGENT, now))


def trip(channel: Channel, sender: str, *, code: str, words: str, whole_account: bool, now: datetime) -> bool:
    """The provider refuses this sender, or the whole account. True: it was not held, and the operator is told."""
    whole = whole_account or channel is Channel.EMAIL or not sender
    key = (ACCOUNT_OF[channel], WHOLE_ACCOUNT) if whole else (channel, sender)
    opened = breaker.trip(now)
    with transaction.atomic():
        Sender.objects.bulk_create([Sender(channel=key[0], address=key[1])], ignore_conflicts=True)
        # This statement decides among all who were refused at the same time.
        tripped = _row(key).filter(held_since__isnull=True)
        if not tripped.update(
            held_since=now,
            held_code=code[:20],
            held_reason=(words or f"refused with code {code}")[:200],
            probe_at=opened.probe_at,
            probes=0,
        ):
            return False
        row = _row(key).get()
        tell_of(row, now=now)
    log.error("sender_held", sender=row.pk, channel=channel.value, code=code, whole_account=whole)
    return True


def mend(
    channel: Channel, sender: str, *, now: datetime, asked_at: datetime | None = None, delivered: bool = False
) -> bool:
    """Something was accepted: whatever held this sender, or its whole account, is over. True: something was held.

    `asked_at`: when it was asked. An answer to what was asked before the breaker opened proves nothing. Neither does
    that it was accepted, where a receipt opened the breaker: then one must have been `delivered`.
    """
    mended = False
    for key in _keys(channel, sender):
        row = _row(key).filter(held_since__isnull=False).first()
        if row is None or (TOLD_LATER.match(row.held_code) and not delivered):
            continue
        if breaker.proves(_breaker(row), asked_at):
            mended |= free(row, now=now)
    return mended


def free(row: Sender, *, now: datetime, by: str = "") -> bool:
    """Close the breaker of this sender; everything flows again. `by`: a person wants it tried at once."""
    with transaction.atomic():
        seen = Held({(Channel(row.channel), row.address): _breaker(row)}, {})
        # What is too late says why, before it is found late by whoever sends.
        stopped.expire(lambda lane, urgency: row.held_reason if seen.stops(lane, urgency, now) else "", now=now)
        # Held for the same outage as when we looked: not for one that began since.
        same = Sender.objects.filter(pk=row.pk, held_since=row.held_since)
        if not same.update(held_since=None, held_code="", held_reason="", probe_at=None, probes=0):
            return False
        for urgency in Urgency:
            outbox.wake(urgency)
        ending = f"{by} has it tried again" if by else "it is accepted again"
        operator.over(_alarm(row), f"{name_of(row)}: {ending}. What waited is being sent.", now=now)
    log.warning("sender_free", sender=row.pk, channel=row.channel, by_hand=bool(by))
    return True


def tell_of(row: Sender, *, now: datetime) -> None:
    """Have the operator know of an open breaker; the same outage is the same trouble however often it is told."""
    operator.tell(
        _alarm(row), f"{name_of(row)} is refused: {row.held_reason} ({row.held_code}). {_remedy(row)}", now=now
    )


def name_of(row: Sender) -> str:
    """Which of our senders, in words for staff."""
    return NAMES[Channel(row.channel), row.address == WHOLE_ACCOUNT]


def _remedy(row: Sender) -> str:
    if row.channel == Channel.EMAIL:
        return "Mails wait. Check EMAIL_URL and the mail host."
    ways = "mail" if row.address == WHOLE_ACCOUNT else "mail and call"
    return f"What it should send waits; urgent pages go by {ways}. Look at Senders in the admin."


def _take_probe(key: Key, found: Breaker, urgency: Urgency, *, now: datetime) -> bool:
    after = breaker.let_through(found, urgency, now)
    # The moment that was read is in the condition: whoever else read the same comes too late.
    same = _row(key).filter(held_since=found.held_since, probe_at=found.probe_at)
    return bool(same.update(probe_at=after.probe_at, probes=after.probes))


def _keys(channel: Channel, sender: str) -> list[Key]:
    """The rows that can hold this sender: its account's and its own."""
    return list(dict.fromkeys([(ACCOUNT_OF[channel], WHOLE_ACCOUNT), (channel, sender)]))


def _row(key: Key) -> QuerySet[Sender]:
    return Sender.objects.filter(channel=key[0], address=key[1])


def _breaker(row: Sender) -> Breaker:
    if row.held_since is None or row.probe_at is None:
        raise ValueError("held_since: this sender is not held")
    return Breaker(row.held_since, row.probe_at, row.probes)


def _alarm(row: Sender) -> str:
    return f"sender:{row.pk}"
