"""How often a phone is written to: what is due becomes few texts, no more than the phone may get; the rest waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from messaging import budget
from messaging.budget import Book
from messaging.domain import wall_time
from messaging.domain.budget import Allowance
from messaging.domain.delivery import Channel
from patients.domain.profile import PatientStatus
from patients.models import ContactPoint, Patient
from reminders import last_look
from reminders.domain import gate, together
from reminders.domain.together import Due, Text
from reminders.domain.words import Anchor, Condition, Reason
from reminders.last_look import Ready
from reminders.models import PlannedReminder
from reminders.reach import Reach

#: What a released reminder is loaded with.
RELATED = ("rule", "visit__schedule__treatment", "visit__schedule__patient__clinic")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message that leaves now: whose words it says, what else is settled with it, and to whom it goes."""

    speaks: tuple[Ready, ...]
    said: tuple[Ready, ...] = ()

    @property
    def all(self) -> list[PlannedReminder]:
        """Every reminder that is settled with it."""
        return [ready.reminder for ready in self.speaks + self.said]


def fit(ready: Sequence[Ready], reach: Reach, *, now: datetime) -> list[Letter]:
    """The messages that leave at `now`; the row in memory of what does not fit says until when it waits, or why not.

    Mails, and texts that do not count, leave as they are. Until the transaction is over nobody else sends routine texts
    to these phones.
    """
    counted = [one for one in ready if one.channel is Channel.SMS and one.reminder.rule.counts]
    letters = [Letter((one,)) for one in ready if one.channel is not Channel.SMS or not one.reminder.rule.counts]
    if not counted:
        return letters
    book = budget.open_book({one.contact.address for one in counted}, now=now)
    phones: dict[str, list[Ready]] = defaultdict(list)
    for one in (*counted, *_later_today(counted, reach, now=now)):
        phones[one.contact.address].append(one)
    for address, here in phones.items():
        letters += _turn(address, here, book, now=now)
    order = {one.reminder.pk: place for place, one in enumerate(ready)}
    return sorted(letters, key=lambda letter: min(order.get(row.pk, len(order)) for row in letter.all))


def _turn(address: str, here: Sequence[Ready], book: Book, *, now: datetime) -> list[Letter]:
    """The texts that leave for one phone."""
    rows = {one.reminder.pk: one for one in here}
    patient = _patient(here[0])
    allowance = Allowance(patient.clinic.texts_a_day, patient.clinic.texts_a_week)
    room = book.left(address, allowance, now=now, zone=patient.zone)
    yielding = book.left(address, allowance.yielding(), now=now, zone=patient.zone)
    outcome = together.sort([_due(one, now=now) for one in here], room=room, yielding=yielding)
    letters = [
        Letter(tuple(rows[due.id] for due in text.speaks), tuple(rows[due.id] for due in text.said))
        for text in outcome.leave
    ]
    for _ in letters:
        book.take(address, now=now)
    for text in outcome.wait:
        _wait(text, rows, address, allowance, book, now=now)
    return letters


def _wait(
    text: Text, rows: Mapping[int, Ready], address: str, allowance: Allowance, book: Book, *, now: datetime
) -> None:
    """Have what does not fit wait for the next moment with room, or say that there is none in time."""
    share = allowance.yielding() if text.yields else allowance
    for due in text.all:
        one = rows[due.id]
        until = book.next_moment(address, share, now=now, window=one.window, zone=_patient(one).zone)
        if until is None or until >= one.reminder.expires_at:
            last_look.skip(one.reminder, Reason.NO_ROOM, now)
        else:
            one.reminder.due_at, one.reminder.reason = until, Reason.NO_ROOM


def _due(one: Ready, *, now: datetime) -> Due:
    reminder, rule = one.reminder, one.reminder.rule
    return Due(
        id=reminder.pk,
        patient_id=reminder.visit.schedule.patient_id,
        visit_id=reminder.visit_id,
        visit_at=reminder.visit.at,
        visit_day=wall_time.local_date(reminder.visit.at, _patient(one).zone),
        side=together.side_of(Anchor(rule.anchor), Condition(rule.condition)),
        template=rule.template,
        send_at=reminder.send_at,
        asks=rule.condition == Condition.UNCONFIRMED,
        later=reminder.due_at > now,
    )


def _patient(one: Ready) -> Patient:
    return one.reminder.visit.schedule.patient


def _later_today(counted: Sequence[Ready], reach: Reach, *, now: datetime) -> list[Ready]:
    """What the same patients are to be sent to the same phones later on the same day, and could be sent now."""
    closes = {_patient(one).pk: gate.fresh_until(now, one.window, _patient(one).zone) for one in counted}
    rows = _planned_texts(closes).filter(rule__counts=True, due_at__gt=now, due_at__lt=max(closes.values()))
    found = rows.values_list("pk", "visit__schedule__patient_id", "due_at")
    ids = [pk for pk, patient, due_at in found if due_at < closes[patient]]
    if not ids:
        return []
    skip = connection.features.has_select_for_update_skip_locked
    held = PlannedReminder.objects.select_for_update(of=("self",), skip_locked=skip).filter(pk__in=ids)
    loaded = list(held.filter(state="planned", due_at__gt=now).select_related(*RELATED).order_by("due_at", "pk"))
    phones = {(one.contact.address, _patient(one).pk) for one in counted}
    return [
        one
        for one in last_look.peek(loaded, reach, now=now)
        if one.channel is Channel.SMS and (one.contact.address, _patient(one).pk) in phones
    ]


def _planned_texts(patients: Collection[int]) -> QuerySet[PlannedReminder]:
    planned = RawSQL("reminders_plannedreminder.state = 'planned'", [], output_field=BooleanField())
    return PlannedReminder.objects.filter(planned, channel=Channel.SMS, visit__schedule__patient__in=list(patients))


def claims(addresses: Collection[str], now: datetime) -> set[str]:
    """Those of `addresses` that are to get something about a visit, or an overdue one, before the day is over."""
    phones: dict[int, set[str]] = defaultdict(set)
    for patient, address in ContactPoint.objects.filter(
        address__in=addresses, patient__status=PatientStatus.ACTIVE
    ).values_list("patient_id", "address"):
        phones[patient].add(address)
    if not phones:
        return set()
    near = Q(rule__anchor=Anchor.OVERDUE) | Q(visit__at__lte=F("send_at") + together.FAR)
    rows = _planned_texts(phones).filter(near, due_at__lt=now + _DAY, expires_at__gt=now, rule__counts=True)
    rows = rows.exclude(rule__condition=Condition.GIVEN, visit__given_on__isnull=True)
    keeps: set[str] = set()
    for row in rows.select_related("visit__schedule__patient"):
        owner = row.visit.schedule.patient
        if wall_time.local_date(row.due_at, owner.zone) <= wall_time.local_date(now, owner.zone):
            keeps |= phones[owner.pk]
    return keeps
