"""News of a visit for those who were told of it: it moved, it is off, it stands again; and their calendars follow.

Who was told is read off the reminders that left, so that nothing has to be written down in time: a released reminder
keeps the time that it spoke of. What has been told since stands in CalendarEntry, a row for each visit and address.

It is news about care, not routine: no budget holds it back. It needs consent to reminders and waits for the hours in
which the patient may be written to, so that several moves of an evening are told as one in the morning.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from messaging import outbox, wordings
from messaging.domain import wall_time
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.domain.quiet_hours import Window, is_open
from messaging.domain.wording import WordingError
from patients.board import open_tasks
from patients.domain.profile import PatientStatus
from patients.models import CoordinatorTask
from reminders import calendar_entries, news_ends
from reminders.domain import gate, news, phrases
from reminders.domain.words import STANDING, Anchor, ScheduleStatus, VisitStatus
from reminders.models import CalendarEntry, PlannedReminder, Visit
from reminders.reach import Reach, reach_of
from reminders.rendering import daytime_line

log = structlog.get_logger(__name__)

BATCH = 200
#: Of each kind that are looked at in one sweep.
MOST = 5000
#: The provider has had these, and has not said that they came back.
_HEARD = (Status.ACCEPTED, Status.SENT, Status.DELIVERED, Status.IN_DOUBT)

_OFF = (
    Q(visit__status=VisitStatus.CANCELLED)
    | Q(visit__schedule__status=ScheduleStatus.CANCELLED)
    | Q(visit__schedule__patient__status=PatientStatus.DISCHARGED)
)


@dataclass(slots=True)
class Told:
    """What one address has been told about one visit."""

    times: set[datetime] = field(default_factory=set)  # those that reminders spoke of
    entry: CalendarEntry | None = None


def tell(*, now: datetime, limit: int = BATCH) -> int:
    """Write news to whoever has been told something else; how many messages. Twice at once does no harm."""
    news_ends.take_up(now=now)
    told = _told(now)
    visits = _visits({visit_id for visit_id, _ in told})
    due = [visit for visit in visits if _may_be_disturbed(visit, now)][:limit]
    reach = reach_of({visit.schedule.patient_id for visit in due})
    drafts: list[outbox.Draft] = []
    tasks: list[CoordinatorTask] = []
    entries: list[CalendarEntry] = []
    for visit in due:
        mine = {address: known for (pk, address), known in told.items() if pk == visit.pk}
        _of_visit(visit, mine, reach, drafts, entries, tasks, now=now)
    if entries:
        with transaction.atomic():
            outbox.enqueue(drafts, now=now)
            _remember(entries)
            open_tasks(tasks)
            outbox.wake(Urgency.ORDINARY)
        log.info("news_of_visits", told=len(drafts), to_be_phoned=len(tasks))
    return len(drafts)


def _told(now: datetime) -> Mapping[tuple[int, str], Told]:
    """What each address has been told of the visits of which somebody may have to hear."""
    visits = {pk for rows in (_spoken_of(now), _entered(now)) for pk in rows.values_list("visit_id", flat=True)[:MOST]}
    told: dict[tuple[int, str], Told] = defaultdict(Told)
    rows = _heard(now).filter(visit__in=visits)
    for visit_id, address, at in rows.values_list("visit_id", "message__address", "anchor_at"):
        told[visit_id, address].times.add(at)
    for entry in CalendarEntry.objects.filter(visit__in=visits):
        told[entry.visit_id, entry.address].entry = entry
    return told


def _heard(now: datetime) -> QuerySet[PlannedReminder]:
    """Reminders that left, and spoke of a time yet to come."""
    # Spelt as SQL: with a parameter SQLite would not use the partial index.
    released = RawSQL("reminders_plannedreminder.state = 'released'", [], output_field=BooleanField())
    rows = PlannedReminder.objects.filter(released, rule__anchor=Anchor.VISIT, visit__at__gt=now, anchor_at__gt=now)
    return rows.filter(message__status__in=_HEARD, message__channel__in=(Channel.SMS, Channel.EMAIL))


def _spoken_of(now: datetime) -> QuerySet[PlannedReminder]:
    """Those of them whose visit is off, or at another time now, and whose address was not told so yet."""
    entries = CalendarEntry.objects.filter(visit=OuterRef("visit"), address=OuterRef("message__address"))
    off = _OFF & ~Exists(entries.filter(cancelled=True))
    # A visit's own number counts its moves; that of an entry is twice that: see domain/invitation.py.
    later = entries.annotate(moves=F("sequence") / 2).filter(moves__gte=OuterRef("visit__sequence"))
    moved = ~_OFF & ~Q(anchor_at=F("visit__at")) & ~Exists(later)
    return _heard(now).filter(off | moved).order_by("pk")


def _entered(now: datetime) -> QuerySet[CalendarEntry]:
    """Entries that are behind their visits: at an older time, of one that is off by now, or that stands again."""
    behind = Q(cancelled=False) & (_OFF | Q(sequence__lt=F("visit__sequence") * 2))
    again = Q(cancelled=True, visit__status__in=STANDING) & ~_OFF
    return CalendarEntry.objects.filter(behind | again, visit__at__gt=now).order_by("pk")


def _visits(ids: Collection[int]) -> list[Visit]:
    related = ("schedule__treatment", "schedule__patient__clinic")
    return list(Visit.objects.filter(pk__in=ids).select_related(*related).order_by("at", "pk"))


def _may_be_disturbed(visit: Visit, now: datetime) -> bool:
    patient = visit.schedule.patient
    return is_open(now, Window(*patient.hours), patient.zone)


def _of_visit(
    visit: Visit,
    told: Mapping[str, Told],
    reach: Reach,
    drafts: list[outbox.Draft],
    entries: list[CalendarEntry],
    tasks: list[CoordinatorTask],
    *,
    now: datetime,
) -> None:
    behind = {address: what for address, known in told.items() if (what := _news(visit, known)) is not None}
    if not behind:
        return
    _stand_again(visit, told, behind)
    contacts = {contact.address: contact for contact in reach.all(visit.schedule.patient_id)}
    reached = len(told) > len(behind)
    for address, what in behind.items():
        draft = _draft(visit, what, contacts.get(address), told[address], now=now)
        entries.append(_entry(visit, address, what, now=now))
        if draft is not None:
            drafts.append(draft)
            reached = True
    if not reached:
        tasks.append(_phone(visit, next(iter(behind.values())), now=now))


def _news(visit: Visit, known: Told) -> news.News | None:
    entry = known.entry
    return news.of(
        patient=PatientStatus(visit.schedule.patient.status),
        schedule=ScheduleStatus(visit.schedule.status),
        visit=VisitStatus(visit.status),
        at=visit.at,
        sequence=visit.sequence,
        times=known.times,
        told=None if entry is None else entry.sequence,
        told_off=entry is not None and entry.cancelled,
    )


def _stand_again(visit: Visit, told: Mapping[str, Told], behind: Mapping[str, news.News]) -> None:
    """A calendar that has taken the visit out takes it in again only under a higher number."""
    last = [known.entry.sequence for address, known in told.items() if address in behind and known.entry is not None]
    if news.News.STANDS in behind.values():
        visit.sequence = max([visit.sequence, *(number // 2 + 1 for number in last)])
        Visit.objects.filter(pk=visit.pk, sequence__lt=visit.sequence).update(sequence=visit.sequence)


def _draft(
    visit: Visit, what: news.News, contact: gate.Contact | None, known: Told, *, now: datetime
) -> outbox.Draft | None:
    """The message, or None where this address may not be written to or there are no words."""
    if contact is None or not contact.usable or not contact.consented:
        return None
    patient, channel = visit.schedule.patient, Channel(contact.channel)
    off = what is news.News.OFF
    try:
        wording = wordings.load(what.template, patient.language, channel)
        words = wording.filled(_values(visit, min(known.times) if off and known.times else visit.at))
    except WordingError as error:
        log.error("news_without_words", template=what.template, why=str(error))
        return None
    ends = min(visit.at, gate.fresh_until(now, Window(*patient.hours), patient.zone))
    attached = channel is Channel.EMAIL
    return outbox.Draft(
        key=_key(visit, what, contact.address, now=now),
        channel=channel,
        purpose=Purpose.REMINDERS,
        address=contact.address,
        body=words.body,
        subject=words.subject,
        html=words.html,
        calendar=calendar_entries.entry(visit, contact.address, now=now, cancelled=off) if attached else "",
        template=what.template,
        template_version=wording.version,
        language=patient.language,
        on_behalf_of=str(patient.clinic_id),
        due_at=now,
        expires_at=ends,
    )


def _key(visit: Visit, what: news.News, address: str, *, now: datetime) -> str:
    """Once for each revision and address; once more on another day, where it did not leave on this one."""
    day = wall_time.local_date(now, visit.schedule.patient.zone)
    number = calendar_entries.revision_of(visit, cancelled=what is news.News.OFF)
    return f"{news_ends.HEAD}{visit.pk}:{number}:{hashlib.sha256(address.encode()).hexdigest()[:16]}:{day}"


def _values(visit: Visit, at: datetime) -> dict[str, str]:
    schedule = visit.schedule
    clinic, patient = schedule.patient.clinic, schedule.patient
    line = daytime_line(clinic)
    said = {
        "clinic": clinic.short_name,
        "when": phrases.full(at, zone=patient.zone, language=patient.language),
        "location": schedule.location or clinic.name,
    }
    return said | ({"phone": line} if line else {})


def _entry(visit: Visit, address: str, what: news.News, *, now: datetime) -> CalendarEntry:
    off = what is news.News.OFF
    return CalendarEntry(
        visit=visit,
        address=address,
        language=visit.schedule.patient.language,
        sequence=calendar_entries.revision_of(visit, cancelled=off),
        cancelled=off,
        told_at=now,
    )


def _remember(entries: Iterable[CalendarEntry]) -> None:
    CalendarEntry.objects.bulk_create(
        entries,
        update_conflicts=True,
        unique_fields=["visit", "address"],
        update_fields=["language", "sequence", "cancelled", "told_at"],
    )


def _phone(visit: Visit, what: news.News, *, now: datetime) -> CoordinatorTask:
    """Whoever was told of the visit cannot be written to any more."""
    return news_ends.task(
        visit.schedule.patient_id,
        visit.pk,
        calendar_entries.revision_of(visit, cancelled=what is news.News.OFF),
        detail=f"The visit of {visit.on} at {visit.clock:%H:%M} {what.in_words}. What was sent before says otherwise.",
        now=now,
    )


__all__ = ["tell"]
