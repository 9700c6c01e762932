"""The flood guard and the pause: what of the routine messages must not leave now, though its author wants it to.

No address gets more than so many routine messages in an hour and in a day, whatever asked for them. What is too much
is held until a person lets it through or drops it, or until its time is over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from messaging import outbox, record
from messaging.domain.delivery import EXEMPT_FROM_CONSENT, Status, Urgency
from messaging.models import Message, SendingPause

log = structlog.get_logger(__name__)

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
    ended = SendingPause.objects.filter(ended_at__isnull=True).update(ended_at=now, ended_by=by)
    if ended:
        outbox.wake(Urgency.ORDINARY)
        log.warning("sending_resumed")
    return bool(ended)


def too_many(messages: Sequence[Message], *, now: datetime) -> dict[int, str]:
    """Which of these claimed messages their address must not get now, and why; by two queries.

    What other workers have claimed counts as if it were gone: whoever counts later sees what the other holds, so
    that never more leave together than one may have.
    """
    counted = [message for message in messages if is_counted(message)]
    if not counted:
        return {}
    addresses = {message.address for message in counted}
    hour, day = _taken(addresses, [message.pk for message in counted], now=now)
    excess: dict[int, str] = {}
    for message in sorted(counted, key=lambda one: (not one.released_by, one.due_at, one.pk)):
        reason = "" if message.released_by else _over(hour[message.address], day[message.address])
        if reason:
            excess[message.pk] = reason
        else:
            hour[message.address] += 1
            day[message.address] += 1
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


def _taken(addresses: set[str], mine: Sequence[int], *, now: datetime) -> tuple[Counter[str], Counter[str]]:
    """How many routine messages each address had in the past hour and day, or is about to get from other workers."""
    # Spelt as SQL for the same reason.
    asked = RawSQL("urgency = 'ordinary' AND submitted_at IS NOT NULL", [], output_field=BooleanField())
    sent = Message.objects.filter(asked, address__in=addresses, submitted_at__gt=now - DAY)
    recent = sent.exclude(status__in=NOT_TAKEN).exclude(purpose__in=EXEMPT).exclude(pk__in=mine)
    hour, day = Counter[str](), Counter[str]()
    # Ordered by nothing, or the order of the model would split the groups.
    counts = recent.order_by().values_list("address")
    for address, of_day, of_hour in counts.annotate(
        of_day=Count("pk"), of_hour=Count("pk", filter=Q(submitted_at__gt=now - HOUR))
    ):
        day[address], hour[address] = of_day, of_hour
    held = RawSQL("status IN ('claimed', 'submitting')", [], output_field=BooleanField())
    others = Message.objects.filter(
        held, status=Status.CLAIMED, urgency=Urgency.ORDINARY, lease_until__gt=now, address__in=addresses
    )
    others = others.exclude(purpose__in=EXEMPT).exclude(pk__in=mine)
    for address, count in others.order_by().values_list("address").annotate(count=Count("pk")):
        hour[address] += count
        day[address] += count
    return hour, day


def _over(hour: int, day: int) -> str:
    if hour >= settings.ROUTINE_PER_HOUR:
        return f"too much for one address: {settings.ROUTINE_PER_HOUR} routine messages in an hour"
    if day >= settings.ROUTINE_PER_DAY:
        return f"too much for one address: {settings.ROUTINE_PER_DAY} routine messages in a day"
    return ""
