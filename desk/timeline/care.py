"""What happened to the patient: visits, red flags, tasks, facts of care, each change of standing with the clinic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from auditlog import get_logentry_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from alerts.domain.words import AlertState, Condition
from alerts.models import Alert
from desk.domain.timeline import Entry, Kind, Place
from desk.timeline.keyset import Source, Subject
from messaging.domain import wall_time
from patients.models import CareEvent, CoordinatorTask, Patient
from reminders.domain.words import STANDING, VisitStatus
from reminders.models import Schedule, Visit

VISITS, ALERTS, TASKS, CARE, HOLDS = 1, 6, 7, 9, 10
#: Facts of care of one patient that are looked at; daily tablets write none.
_MOST_FACTS = 400


def _visits(subject: Subject) -> QuerySet[Visit]:
    rows = Visit.objects.filter(schedule__patient=subject.patient).annotate(moment=F("at"))
    return rows.select_related("schedule__treatment")


def _show_visits(rows: Sequence[Visit], subject: Subject) -> list[Entry]:
    entries = []
    for row in rows:
        notes = [row.schedule.location] if row.schedule.location else []
        if row.status in STANDING and row.confirmed_at:
            notes.append(_("confirmed"))
        if row.status in STANDING and row.move_requested_at:
            notes.append(_("asks for another time"))
        if row.status_reason:
            notes.append(row.status_reason)
        entries.append(
            Entry(
                kind=Kind.VISIT,
                place=Place(row.at, VISITS, row.pk),
                title=_("Visit %(number)d: %(treatment)s")
                % {"number": row.number, "treatment": row.schedule.treatment.name},
                chip=_visit_state(row, subject.now),
                colour="ok" if row.confirmed_at and row.status == VisitStatus.PLANNED else row.status,
                notes=notes,
                link=reverse("admin:reminders_visit_change", args=[row.pk]),
            )
        )
    return entries


def _visit_state(visit: Visit, now: datetime) -> str:
    match visit.status:
        case VisitStatus.PLANNED if visit.at <= now:
            return _("not recorded yet")
        case VisitStatus.PLANNED:
            return _("to come")
        case VisitStatus.OVERDUE:
            return _("overdue")
        case VisitStatus.GIVEN:
            return _("given")
        case VisitStatus.MISSED:
            return _("missed")
    return _("cancelled")


def _alerts(subject: Subject) -> QuerySet[Alert]:
    rows = Alert.objects.filter(patient=subject.patient, is_canary=False).annotate(moment=F("raised_at"))
    return rows.select_related("owner")


def _show_alerts(rows: Sequence[Alert], subject: Subject) -> list[Entry]:
    return [
        Entry(
            kind=Kind.ALERT,
            place=Place(row.raised_at, ALERTS, row.pk),
            title=_("Red flag: %(what)s") % {"what": Condition(row.condition).title},
            chip=_("closed") if row.state == AlertState.CLOSED else _("open"),
            colour="info" if row.state == AlertState.CLOSED else "bad",
            notes=[
                note
                for note in (
                    row.get_tier_display(),
                    _("%(who)s has it") % {"who": row.owner} if row.owner else "",
                    row.get_outcome_display() if row.outcome else "",
                    row.outcome_note,
                )
                if note
            ],
            link=reverse("admin:alerts_alert_change", args=[row.pk]),
        )
        for row in rows
    ]


def _tasks(subject: Subject) -> QuerySet[CoordinatorTask]:
    rows = CoordinatorTask.objects.filter(patient=subject.patient).annotate(moment=F("opened_at"))
    return rows.select_related("done_by")


def _show_tasks(rows: Sequence[CoordinatorTask], subject: Subject) -> list[Entry]:
    return [
        Entry(
            kind=Kind.TASK,
            place=Place(row.opened_at, TASKS, row.pk),
            title=row.title,
            chip=_("done") if row.done_at else _("open"),
            colour="ok" if row.done_at else "warning",
            notes=[note for note in (row.outcome, row.done_by.get_username() if row.done_by else "") if note],
            words=row.detail,
            link=reverse("admin:patients_coordinatortask_change", args=[row.pk]),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class CareFacts:
    """Facts have a day and no hour: they stand at noon of the patient's calendar. Few enough to be sorted here."""

    kind: Kind = Kind.CARE
    rank: int = CARE

    def earlier(self, subject: Subject, place: Place, most: int) -> list[Entry]:
        """The latest `most` before `place`."""
        return [entry for entry in self._all(subject)[::-1] if entry.place < place][:most]

    def later(self, subject: Subject, place: Place, most: int) -> list[Entry]:
        """The next `most` after `place`."""
        return [entry for entry in self._all(subject) if entry.place > place][:most]

    def _all(self, subject: Subject) -> list[Entry]:
        rows = CareEvent.objects.filter(patient=subject.patient).order_by("-on", "-pk")[:_MOST_FACTS]
        return sorted((self._entry(row, subject) for row in rows), key=lambda entry: entry.place)

    def _entry(self, row: CareEvent, subject: Subject) -> Entry:
        return Entry(
            kind=Kind.CARE,
            place=Place(wall_time.at(row.on, time(12), subject.patient.zone), CARE, row.pk),
            title=f"{row.get_kind_display()}: {row.get_drug_class_display()}",
            chip="" if row.stands else _("taken back"),
            colour="ok" if row.stands else "warning",
            notes=[_("by the day; no hour is known")],
        )


def _holds(subject: Subject) -> QuerySet[Any]:
    """Changes of status of the patient and of the schedules, as the log of changes has them."""
    types = ContentType.objects.get_for_models(Patient, Schedule)
    own = Q(content_type=types[Patient], object_id=subject.patient.pk)
    schedules = list(subject.patient.schedules.values_list("pk", flat=True))
    about = own | Q(content_type=types[Schedule], object_id__in=schedules)
    entries = get_logentry_model()
    rows: QuerySet[Any] = entries.objects.filter(about, action=entries.Action.UPDATE, changes__has_key="status")
    found: QuerySet[Any] = rows.annotate(moment=F("timestamp")).select_related("actor", "content_type")
    return found


def _show_holds(rows: Sequence[Any], subject: Subject) -> list[Entry]:
    said = {
        "on_hold": _("put on hold"),
        "active": _("active again"),
        "discharged": _("discharged"),
        "deceased": _("recorded as deceased"),
        "cancelled": _("cancelled"),
        "finished": _("finished"),
    }
    entries = []
    for row in rows:
        becomes = str(row.changes["status"][-1])
        reason = str(row.changes.get("status_reason", ["", ""])[-1])
        whose = _("Patient") if row.content_type.model == "patient" else _("Schedule")
        who = row.actor.get_username() if row.actor else ""
        entries.append(
            Entry(
                kind=Kind.HOLD,
                place=Place(row.timestamp, HOLDS, row.pk),
                title=f"{whose}: {said.get(becomes, becomes.replace('_', ' '))}",
                colour="ok" if becomes == "active" else "warning",
                chip=_("care"),
                notes=[note for note in (reason if reason != "None" else "", who) if note],
            )
        )
    return entries


SOURCES = (
    Source(Kind.VISIT, VISITS, _visits, _show_visits),
    Source(Kind.ALERT, ALERTS, _alerts, _show_alerts),
    Source(Kind.TASK, TASKS, _tasks, _show_tasks),
    CareFacts(),
    Source(Kind.HOLD, HOLDS, _holds, _show_holds),
)
