"""The sending loop: claim a batch, drop what must not leave, hand over the rest, write each outcome down.

No transaction and no lock is held while a provider is asked. The row says "submitting" before, and
what came of it after: a worker that dies in between leaves evidence, which reconcile.py reads.
"""

from __future__ import annotations

import math
import os
import secrets
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, connections
from django.urls import reverse

from messaging import channels, consent, outbox, record
from messaging.channels.base import UNREACHABLE, Member, OutcomeUnknown, Outgoing, PermanentFailure, TransientFailure
from messaging.domain.address import is_phone
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.models import Message

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

#: How many rows a hand claims at once, and for how long. What is not begun by then is free again.
BATCH = {Urgency.ORDINARY: 100, Urgency.URGENT: 1}
LEASE = {Urgency.ORDINARY: timedelta(seconds=120), Urgency.URGENT: timedelta(seconds=15)}
#: How many hands send at once: no page waits for the carrier's answer to another.
HANDS = {Urgency.ORDINARY: 1, Urgency.URGENT: 8}
#: How long one task goes on before it leaves the rest to the next: other tasks and a deploy are waiting.
TIME_LIMIT = timedelta(seconds=20)
#: A provider without a connection so many times in a row is left alone for a while. Waiting for it at
#: each message would keep those of the other channels waiting too.
UNREACHABLE_TRIES = 3
UNREACHABLE_PAUSE = {Urgency.ORDINARY: timedelta(seconds=15), Urgency.URGENT: timedelta(seconds=3)}


@dataclass(slots=True)
class Tally:
    """What one run did."""

    claimed: int = 0
    asked: int = 0
    expired: int = 0
    suppressed: int = 0

    def add(self, other: Tally) -> None:
        """Count in what another hand did."""
        self.claimed += other.claimed
        self.asked += other.asked
        self.expired += other.expired
        self.suppressed += other.suppressed


@dataclass(frozen=True, slots=True)
class _Round:
    """What the hands of one run have in common."""

    urgency: Urgency
    clock: Clock
    until: datetime
    older_than: timedelta
    #: By channel, how many tries in a row ended without a connection.
    unreachable: Counter[str] = field(default_factory=Counter)

    def claim(self, worker: str) -> list[Message]:
        now = self.clock()
        return outbox.claim(
            urgency=self.urgency,
            limit=BATCH[self.urgency],
            now=now,
            lease=LEASE[self.urgency],
            worker=worker,
            wanted_before=now - self.older_than if self.older_than else None,
        )


def run(
    urgency: Urgency,
    *,
    clock: Clock,
    worker: str,
    time_limit: timedelta = TIME_LIMIT,
    older_than: timedelta = timedelta(0),
) -> Tally:
    """Send what is due until nothing is, or the time is up; with `older_than` only what has been due for so long."""
    now = clock()
    mine = _Round(urgency, clock, now + time_limit, older_than)
    hands = _hands_needed(urgency, now=now)
    tally = Tally()
    if hands > 1:
        with ThreadPoolExecutor(hands - 1, thread_name_prefix="hand") as pool:
            others = [pool.submit(_work_apart, mine, f"{worker}/{number}") for number in range(1, hands)]
            tally.add(_work(mine, worker))
        for other in others:
            tally.add(other.result())
    elif hands:
        tally.add(_work(mine, worker))
    if tally.claimed:
        log.info("dispatched", urgency=urgency.value, claimed=tally.claimed, asked=tally.asked, hands=hands)
    return tally


def send_overdue(urgency: Urgency, older_than: timedelta, *, clock: Clock, worker: str) -> int:
    """Send what should have left `older_than` ago and has not; answers how many were handed over. For whoever
    watches the workers from outside: it needs the database and the carrier, and neither broker nor worker.
    """
    return run(urgency, clock=clock, worker=worker, older_than=older_than).asked


def worker_name() -> str:
    """A name for one run, not for one process: a lease that outlived its run belongs to nobody."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"


def _hands_needed(urgency: Urgency, *, now: datetime) -> int:
    """As many as there are batches due, up to HANDS; none when nothing is due."""
    if HANDS[urgency] == 1 or connection.in_atomic_block:
        # Hands have connections of their own, which see nothing of an open transaction.
        return 1
    most = HANDS[urgency] * BATCH[urgency]
    return math.ceil(len(outbox.waiting(urgency, now=now).values_list("pk")[:most]) / BATCH[urgency])


def _work_apart(mine: _Round, worker: str) -> Tally:
    """One hand in a thread of its own."""
    try:
        return _work(mine, worker)
    finally:
        connections.close_all()


def _work(mine: _Round, worker: str) -> Tally:
    """One hand: claim and send until nothing is left or the time is up."""
    tally = Tally()
    while mine.clock() < mine.until:
        batch = mine.claim(worker)
        if not batch:
            break
        tally.claimed += len(batch)
        _send_all(_sift(batch, tally, worker=worker, now=mine.clock()), mine, tally, worker=worker)
    return tally


def _sift(batch: Sequence[Message], tally: Tally, *, worker: str, now: datetime) -> list[Message]:
    """Those of the batch that may leave now; the others end here, with the reason."""
    mine = Message.objects.filter(status=Status.CLAIMED, claimed_by=worker)
    fresh = [message for message in batch if message.expires_at > now]
    stale = {message.pk for message in batch} - {message.pk for message in fresh}
    if stale:
        tally.expired += record.expire(mine.filter(pk__in=stale), now=now)
    # Asked for all at once here, and for each once more in the statement that begins it: see record.begin.
    may = consent.allowed({(message.address, Purpose(message.purpose)) for message in fresh})
    wanted = [message for message in fresh if (message.address, Purpose(message.purpose)) in may]
    unwanted = {message.pk for message in fresh} - {message.pk for message in wanted}
    if unwanted:
        rows = mine.filter(pk__in=unwanted)
        tally.suppressed += record.suppress(rows, reason="no consent is recorded for this address", now=now)
    return wanted


def _send_all(messages: Sequence[Message], mine: _Round, tally: Tally, *, worker: str) -> None:
    clock, unreachable = mine.clock, mine.unreachable
    for position, message in enumerate(messages):
        if clock() >= mine.until:
            rest = [later.pk for later in messages[position:]]
            record.release(Message.objects.filter(pk__in=rest, claimed_by=worker), now=clock())
            return
        if unreachable[message.channel] >= UNREACHABLE_TRIES:
            row = Message.objects.filter(pk=message.pk, claimed_by=worker)
            now = clock()
            later_on = now + UNREACHABLE_PAUSE[mine.urgency]
            record.postpone(row, until=later_on, reason="the provider cannot be reached", now=now)
            continue
        # Both before the row says "submitting": a mistake in the settings leaves nothing in doubt.
        member, value = channels.member(Channel(message.channel)), outgoing(message, now=clock())
        if record.begin(message, worker=worker, now=clock()):
            tally.asked += 1
            reached = _ask(message, member, value, clock=clock, worker=worker)
            unreachable[message.channel] = 0 if reached else unreachable[message.channel] + 1
        else:
            # Its time or its consent ended in the meantime: the next sifting says so on the row.
            record.release(Message.objects.filter(pk=message.pk, claimed_by=worker), now=clock())


def _ask(message: Message, member: Member, value: Outgoing, *, clock: Clock, worker: str) -> bool:
    """Ask the provider once, and write down at once what it said. False: there was no connection to it."""
    try:
        answer = member.send(value)
    except TransientFailure as failure:
        record.transient(message, failure, worker=worker, now=clock())
        return failure.code != UNREACHABLE
    except PermanentFailure as failure:
        record.permanent(message, failure, worker=worker, now=clock())
    except OutcomeUnknown as failure:
        record.unknown(message, failure, now=clock())
    except Exception as error:  # noqa: BLE001
        # A bug in a channel must not stop the others behind it; nobody knows how far this one got.
        # Not the traceback: the words of an unforeseen error may repeat an address.
        log.error("channel_broke", channel=message.channel, message=str(message.uuid), error=type(error).__name__)
        record.unknown(message, OutcomeUnknown(type(error).__name__[:20], "the channel broke"), now=clock())
    else:
        record.accepted(message, answer, now=clock())
    return True


def outgoing(message: Message, *, now: datetime) -> Outgoing:
    """The plain value that a channel is given."""
    channel = Channel(message.channel)
    return Outgoing(
        uuid=message.uuid,
        channel=channel,
        address=message.address,
        sender=message.sender or _sender(channel, Urgency(message.urgency)),
        body=message.body,
        subject=message.subject,
        html=message.html,
        calendar=message.calendar,
        valid_for=message.expires_at - now,
        answer_url=settings.PUBLIC_BASE_URL + message.answer_path if message.answer_path else "",
        callback_url=settings.PUBLIC_BASE_URL + reverse("messaging:delivery-receipt", args=[message.uuid]),
    )


def _sender(channel: Channel, urgency: Urgency) -> str:
    # Urgent texts have a sender of their own: the carrier keeps one queue per sender.
    if channel is Channel.EMAIL:
        return str(settings.DEFAULT_FROM_EMAIL)
    senders = [str(settings.TWILIO_FROM_ALERTS), str(settings.TWILIO_FROM_REMINDERS)]
    if channel is Channel.VOICE:
        # A messaging service cannot place calls: then the other sender does, if it is a number.
        return next(filter(is_phone, senders), senders[0])
    return senders[0] if urgency is Urgency.URGENT else senders[1]
