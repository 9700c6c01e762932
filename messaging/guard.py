"""The flood guard and the pause: what of the routine messages must not leave now, though its author wants it to.

No address gets more than so many routine messages in an hour and in a day, whatever asked for them. What is too much
is held until a person lets it through or drops it, or until its time is over.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from messaging import outbox, record, stopped
from messaging.domain.delivery import EXEMPT_FROM_CONSENT, Status, Urgency
from messaging.domain.lanes import Lane
from messaging.many import among, not_among
from messaging.models import Message, SendingPause

log = structlog.get_logger(__name__)

_SPREAD = random.SystemRandom()

#: After so long, and up to twice that, the count is taken anew for what two workers had in hand at once.
AGAIN_IN = timedelta(seconds=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EXEMPT = sorted(purpose.value for purpose in EXEMPT_FROM_CONSENT)
#: Asked for, but the provider has not taken it, for certain.
NOT_TAKEN = sorted(
    status.value for status in (Status.PLANNED, Status.CLAIMED, Status.HELD, Status.EXPIRED, Status.SUPPRESSED)
)


def paused(*, now: datetime) -> SendingPause | None:
    """The pause that holds now. It stops what is routine and ordinary, nothing else."""
    return SendingPause.objects.filter(ended_at__isnull=True, began_at__lte=now).first()


def pause(*, by: str, reason: str, now: datetime) -> SendingPause:
    """Stop all routine messages. The pause that holds already stays as it is, with its name and reason."""
    try:
        with transaction.atomic():
            began = SendingPause.objects.create(began_at=now, began_by=by, reason=reason.strip()[:200])
    except IntegrityError:
        standing = SendingPause.objects.filter(ended_at__isnull=True).first()
        if standing is None:
            raise
        return standing
    log.warning("sending_paused", pause=began.pk)
    return began


def resume(*, by: str, now: datetime) -> bool:
    """Let routine messages leave again. False: there was no pause."""
    standing = paused(now=now)
    if standing is not None:
        # What is too late says why, before it is found late by whoever sends.
        expire_paused(standing, now=now)
    ended = SendingPause.objects.filter(ended_at__isnull=True).update(ended_at=now, ended_by=by[:150])
    if ended:
        outbox.wake(Urgency.ORDINARY)
        log.warning("sending_resumed")
    return bool(ended)


def expire_paused(pause: SendingPause, *, now: datetime) -> int:
    """What is past its time in a pause ends, and says so."""
    words = f"routine messages were paused ({pause.reason})"
    return stopped.expire(lambda lane, urgency: words if is_paused(lane, urgency) else "", now=now)


def is_paused(lane: Lane, urgency: Urgency) -> bool:
    """Whether a pause stops this lane."""
    return lane.routine and urgency is Urgency.ORDINARY


def too_many(messages: Sequence[Message], *, now: datetime) -> dict[int, str]:
    """Which of these claimed messages their address must not get now, and why.

    What is too much only together with what other workers have claimed goes back for a few seconds, until it is known
    what became of that: whoever counts later sees what the other holds, so that never more leave than may.
    """
    counted = [message for message in messages if is_counted(message)]
    if not counted:
        return {}
    addresses, mine = {message.address for message in counted}, [message.pk for message in counted]
    # In this order: what another begins between the two looks is counted twice rather than not at all.
    elsewhere = _claimed(addresses, mine, now=now)
    had = _had(addresses, now=now)
    excess: dict[int, str] = {}
    unclear: list[int] = []
    # What a person has let through goes first, and counts.
    for message in sorted(counted, key=lambda one: (not one.released_by, one.due_at, one.pk)):
        hour, day = had[message.address]
        others = elsewhere[message.address]
        reason = "" if message.released_by else _over(hour, day)
        if reason:
            excess[message.pk] = reason
        elif not message.released_by and _over(hour + others, day + others):
            unclear.append(message.pk)
        else:
            had[message.address] = (hour + 1, day + 1)
    _look_again(unclear, now=now)
    return excess


def is_counted(message: Message) -> bool:
    """Whether the guard counts it at all."""
    return message.urgency == Urgency.ORDINARY and message.purpose not in EXEMPT


def let_through(message_ids: Iterable[int], *, by: str, now: datetime) -> int:
    """A person wants these sent all the same; answers how many were still held and in time."""
    rows = Message.objects.filter(pk__in=list(message_ids), status=Status.HELD, expires_at__gt=now)
    freed = record.move(rows, Status.PLANNED, now=now, reason=f"let through by {by}", released_by=by[:150])
    if freed:
        outbox.wake(Urgency.ORDINARY)
    return freed


def drop(message_ids: Iterable[int], *, by: str, now: datetime) -> int:
    """A person does not want these sent; answers how many were still held."""
    rows = Message.objects.filter(pk__in=list(message_ids), status=Status.HELD)
    return record.suppress(rows, reason=f"too much for one address; dropped by {by}", now=now)


def expire_held(*, now: datetime) -> int:
    """What nobody has decided about in time ends, and says so."""
    late = holding().filter(expires_at__lte=now)
    words = "too much for one address, and nobody let it through before its time had passed"
    return record.move(late, Status.EXPIRED, now=now, reason=words)


def holding() -> QuerySet[Message]:
    """What the guard holds."""
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    return Message.objects.filter(RawSQL("status = 'held'", [], output_field=BooleanField()))


def sent_to(addresses: set[str], *, now: datetime) -> QuerySet[Message]:
    """What was asked for these addresses in the past day."""
    # Spelt as SQL for the same reason.
    asked = RawSQL("urgency = 'ordinary' AND submitted_at IS NOT NULL", [], output_field=BooleanField())
    return Message.objects.filter(asked, among("address", addresses), submitted_at__gt=now - DAY)


def _had(addresses: set[str], *, now: datetime) -> dict[str, tuple[int, int]]:
    """How many routine messages each address had in the past hour and day, as far as anybody knows."""
    recent = sent_to(addresses, now=now).exclude(status__in=NOT_TAKEN).exclude(purpose__in=EXEMPT)
    of_hour = Count("pk", filter=Q(submitted_at__gt=now - HOUR))
    counts = recent.order_by().values_list("address").annotate(of_hour=of_hour, of_day=Count("pk"))
    return dict.fromkeys(addresses, (0, 0)) | {address: (hour, day) for address, hour, day in counts}


def _claimed(addresses: set[str], mine: Sequence[int], *, now: datetime) -> Counter[str]:
    """How many each address is about to get from other workers."""
    held = RawSQL("status IN ('claimed', 'submitting')", [], output_field=BooleanField())
    others = Message.objects.filter(held, among("address", addresses), not_among("id", mine))
    claimed = others.filter(status=Status.CLAIMED, lease_until__gt=now, urgency=Urgency.ORDINARY)
    counted = claimed.exclude(purpose__in=EXEMPT)
    return Counter(dict(counted.order_by().values_list("address").annotate(count=Count("pk"))))


def _look_again(unclear: Sequence[int], *, now: datetime) -> None:
    """Give these back. By chances of their own, or two workers would meet again."""
    for pk in unclear:
        until = now + AGAIN_IN * (1 + _SPREAD.random())
        rows = Message.objects.filter(pk=pk)
        if not record.postpone(rows, until=until, reason="another worker is sending to this address", now=now):
            # There is no time for that.
            record.release(rows, now=now)


def _over(hour: int, day: int) -> str:
    if hour >= settings.ROUTINE_PER_HOUR:
        return f"too much for one address: {settings.ROUTINE_PER_HOUR} routine messages in an hour"
    if day >= settings.ROUTINE_PER_DAY:
        return f"too much for one address: {settings.ROUTINE_PER_DAY} routine messages in a day"
    return ""
