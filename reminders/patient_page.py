"""What reminders put on a patient's page: schedules, the coming messages, those that left, and consent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from messaging import consent
from messaging.domain.address import consent_key
from messaging.domain.delivery import Purpose
from messaging.models import ConsentEvent
from patients.admin.clock import clock, moment
from patients.domain.profile import ContactKind
from patients.models import ContactPoint, Patient
from patients.panels import Panel
from reminders.domain.words import STANDING, Reason, ReminderState, ScheduleStatus
from reminders.models import PlannedReminder, Visit

COMING_DAYS = 90
#: A daily tablet over 90 days and two channels stays below this.
MOST_ROWS = 200
LAST_SENT = 20

_KIND_OF_CHANNEL = {"sms": ContactKind.PHONE, "email": ContactKind.EMAIL}


def schedules(patient: Patient, now: datetime) -> Panel:
    """Every schedule of the patient with its next visit; those that run come first."""
    running = Case(When(status=ScheduleStatus.ACTIVE, then=Value(0)), default=Value(1), output_field=IntegerField())
    found = list(patient.schedules.select_related("treatment").order_by(running, "-first_visit_on"))
    upcoming: dict[int, Visit] = {}
    for visit in Visit.objects.filter(schedule__in=found, status__in=STANDING, at__gte=now).order_by("at"):
        upcoming.setdefault(visit.schedule_id, visit)
    rows = [
        {
            "schedule": schedule,
            "next": upcoming.get(schedule.pk),
            "when": moment(upcoming[schedule.pk].at, patient.zone, patient.clinic.zone)
            if schedule.pk in upcoming
            else "–",
        }
        for schedule in found
    ]
    first = min(upcoming.values(), key=lambda visit: visit.at, default=None)
    return Panel(
        key="schedules",
        title="Schedules",
        template="reminders/panel_schedules.html",
        context={"rows": rows, "patient": patient},
        summary=f"next visit {clock(first.at, patient.zone)}" if first else "no visit to come",
    )


def coming_messages(patient: Patient, now: datetime) -> Panel:
    """The reminders of the coming 90 days: those that will be sent, and those that will not, with the reason."""
    coming = _reminders(patient).filter(send_at__gte=now, send_at__lt=now + timedelta(days=COMING_DAYS))
    planned = coming.filter(state=ReminderState.PLANNED)
    waiting = _reminders(patient).filter(send_at__lt=now, state=ReminderState.PLANNED)
    dropped = coming.filter(state__in=[ReminderState.CANCELLED, ReminderState.SKIPPED])
    shown = [*waiting.order_by("send_at")[:MOST_ROWS], *planned.order_by("send_at", "id")[:MOST_ROWS]]
    reach = _reach(patient)
    count = waiting.count() + planned.count()
    return Panel(
        key="coming",
        title=f"Messages of the coming {COMING_DAYS} days",
        template="reminders/panel_coming.html",
        context={
            "rows": [_row(reminder, patient, reach) for reminder in shown],
            "dropped": [_row(reminder, patient, reach) for reminder in dropped.order_by("send_at")[:MOST_ROWS]],
            "more": max(0, count - len(shown)),
            "patient": patient,
        },
        summary=f"{count} message{'' if count == 1 else 's'} to come",
    )


def sent_messages(patient: Patient, now: datetime) -> Panel:
    """The last messages that were handed to the outbox, or were dropped when their time came."""
    settled = (
        _reminders(patient)
        .filter(state__in=[ReminderState.RELEASED, ReminderState.SKIPPED])
        .order_by("-settled_at", "-id")[:LAST_SENT]
    )
    rows = [_row(reminder, patient, {}) | {"at": reminder.settled_at} for reminder in settled]
    for row in rows:
        row["when"] = moment(row["at"], patient.zone, patient.clinic.zone)  # type: ignore[arg-type]
    return Panel(
        key="sent",
        title=f"The last {LAST_SENT} messages",
        template="reminders/panel_sent.html",
        context={"rows": rows, "patient": patient},
    )


def consent_notes(contacts: Sequence[ContactPoint], now: datetime) -> Mapping[int, SafeString]:
    """Beside each contact: whether its owner agreed to reminders, since when, and the way to record it."""
    events = ConsentEvent.objects.filter(
        address__in={consent_key(contact.address) for contact in contacts}, purpose=Purpose.REMINDERS
    ).order_by("recorded_at", "pk")
    latest = {event.address: event for event in events}
    zone = contacts[0].patient.clinic.zone
    notes = {}
    for contact in contacts:
        event = latest.get(consent_key(contact.address))
        notes[contact.pk] = format_html(
            '<span class="bw-chip bw-{}">{}</span> <a class="bw-link" href="{}">record…</a>',
            "none" if event is None else "ok" if event.granted else "bad",
            _in_words(event, clock(event.recorded_at, zone).partition(",")[0] if event else ""),
            reverse("admin:reminders_contact_consent", args=[contact.pk]),
        )
    return notes


def _in_words(event: ConsentEvent | None, day: str) -> str:
    if event is None:
        return "not recorded: nothing is sent"
    return f"{'yes' if event.granted else 'no'}, {event.get_source_display()}, {day}"


def _reminders(patient: Patient) -> QuerySet[PlannedReminder]:
    return PlannedReminder.objects.filter(visit__schedule__patient=patient).select_related(
        "rule", "message", "visit__schedule__treatment"
    )


def _reach(patient: Patient) -> dict[str, str]:
    """For each channel to whom a message would go if it left now, or why it would go to nobody."""
    contacts = list(patient.contacts.all())
    allowed = consent.allowed([(contact.address, Purpose.REMINDERS) for contact in contacts])
    reach = {}
    for channel, kind in _KIND_OF_CHANNEL.items():
        there = [contact for contact in contacts if contact.kind == kind]
        usable = [contact for contact in there if contact.is_usable]
        agreed = [contact for contact in usable if (contact.address, Purpose.REMINDERS) in allowed]
        if agreed:
            reach[channel] = agreed[0].owner_name or agreed[0].get_owner_display()
        elif usable:
            reach[channel] = f"! {Reason.NO_CONSENT.label}"
        else:
            reach[channel] = f"! {(Reason.CONTACT_UNUSABLE if there else Reason.NO_CONTACT).label}"
    return reach


def _row(reminder: PlannedReminder, patient: Patient, reach: Mapping[str, str]) -> dict[str, object]:
    goes_to = reach.get(reminder.channel, "")
    return {
        "reminder": reminder,
        "when": moment(reminder.send_at, patient.zone, patient.clinic.zone),
        "visit_when": clock(reminder.visit.at, patient.zone),
        "goes_to": goes_to.removeprefix("! "),
        "problem": goes_to.startswith("! "),
    }
