"""Figures of each day, counted every few minutes into a small table: visits kept, confirmations, deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Max, Min, Q, Sum
from django.db.models.functions import TruncDate

from desk.models import DayFigures
from messaging.domain import wall_time
from messaging.domain.delivery import Channel, Status
from messaging.models import Message
from patients.models import Clinic
from reminders.domain.words import Route, VisitStatus
from reminders.models import Visit

#: How far back a chart looks; and within how many days what is late (a dose, a receipt) still changes a day.
LOOKS_BACK, STILL_MOVES = timedelta(days=84), timedelta(days=14)
_LOST = (Status.UNDELIVERED, Status.FAILED, Status.EXPIRED)
#: A mail host says no more than that it has taken a mail.
_ARRIVED = {Channel.SMS: (Status.DELIVERED,), Channel.EMAIL: (Status.ACCEPTED, Status.SENT, Status.DELIVERED)}
_NAMES = {Channel.SMS: "texts", Channel.EMAIL: "mails"}
_COUNTED = [field.name for field in DayFigures._meta.concrete_fields if field.name not in ("id", "clinic", "on")]
SUMMED = [name for name in _COUNTED if name != "taken_at"]


def take(*, now: datetime) -> int:
    """Count the days that may still change, of every clinic; all that charts show, of a new one. How many days."""
    written = 0
    for clinic in Clinic.objects.order_by("pk"):
        today = wall_time.local_date(now, clinic.zone)
        known = DayFigures.objects.filter(clinic=clinic, on__lte=today - STILL_MOVES).exists()
        first = today - (STILL_MOVES if known else LOOKS_BACK)
        written += _take(clinic, first, today, now)
    return written


def of_clinics(clinics: Collection[int], *, since: date) -> Sequence[DayFigures]:
    """The days from `since` on, each summed over `clinics`; `taken_at` is that of the one counted first."""
    rows = DayFigures.objects.filter(clinic__in=list(clinics), on__gte=since).order_by("on").values("on")
    sums = {f"sum_{name}": Sum(name) for name in SUMMED}
    summed: Iterable[Mapping[str, Any]] = rows.annotate(taken=Min("taken_at"), **sums)
    return [
        DayFigures(on=row["on"], taken_at=row["taken"], **{name: row[f"sum_{name}"] for name in SUMMED})
        for row in summed
    ]


def _take(clinic: Clinic, first: date, last: date, now: datetime) -> int:
    days: dict[date, dict[str, Any]] = defaultdict(dict)
    for row in _visits(clinic, first, last):
        on, lead = row.pop("on"), row.pop("lead")
        days[on] = row | {"lead_hours": lead.total_seconds() / 3600 if lead else 0.0}
    for row in _messages(clinic, first, now):
        if row["day"] >= first:
            days[row["day"]] |= {f"{_NAMES[row['channel']]}_{name}": row[name] for name in ("arrived", "lost")}
    rows = [
        DayFigures(clinic=clinic, on=first + timedelta(days=n), taken_at=now, **days[first + timedelta(days=n)])
        for n in range((last - first).days + 1)
    ]
    DayFigures.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["clinic", "on"], update_fields=_COUNTED, batch_size=500
    )
    return len(rows)


def _visits(clinic: Clinic, first: date, last: date) -> Any:
    """One row a day: how many visits, kept, missed, confirmed, and by how much before them."""
    comes = Visit.objects.filter(schedule__patient__clinic=clinic, on__range=(first, last))
    comes = comes.exclude(schedule__treatment__route=Route.TABLET).exclude(status=VisitStatus.CANCELLED)
    before = ExpressionWrapper(F("at") - F("confirmed_at"), output_field=DurationField())
    said_yes = Q(confirmed_at__isnull=False, confirmed_at__lt=F("at"))
    return (
        comes.order_by()
        .values("on")
        .annotate(
            visits=Count("pk"),
            kept=Count("pk", filter=Q(status=VisitStatus.GIVEN)),
            missed=Count("pk", filter=Q(status=VisitStatus.MISSED)),
            confirmed=Count("pk", filter=said_yes),
            lead=Sum(before, filter=said_yes),
        )
    )


def _messages(clinic: Clinic, first: date, now: datetime) -> Any:
    """One row for each day and channel: how many arrived, how many were lost."""
    since = datetime.combine(first, time(), tzinfo=clinic.zone)
    arrived = Q()
    for channel, statuses in _ARRIVED.items():
        arrived |= Q(channel=channel, status__in=statuses)
    own = Message.objects.filter(owner=str(clinic.pk), channel__in=_ARRIVED, pk__gte=_first_since(since))
    return (
        own.filter(created_at__gte=since, created_at__lte=now)
        .order_by()
        .annotate(day=TruncDate("created_at", tzinfo=clinic.zone))
        .values("day", "channel")
        .annotate(arrived=Count("pk", filter=arrived), lost=Count("pk", filter=Q(status__in=_LOST)))
    )


def _first_since(moment: datetime) -> int:
    """An id that no message written at `moment` or later is below: ids grow with time, and no index has the time."""
    ends = Message.objects.aggregate(low=Min("pk"), high=Max("pk"))
    low, high = int(ends["low"] or 0), int(ends["high"] or 0)
    while high - low > 1000:
        middle = (low + high) // 2
        found = Message.objects.filter(pk__gte=middle).order_by("pk").values_list("pk", "created_at").first()
        if found is None or found[1] >= moment:
            high = middle
        else:
            low = found[0]
    # Rows of one moment are written by several at once: a few hundred may stand in another order.
    return max(low - 1000, 0)
