"""What reminders put on a patient's page: schedules, the coming messages, those that left, and consent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messaging import consent
from messaging.domain.address import consent_key
from messaging.domain.delivery import Purpose
from messaging.models import ConsentEvent, InboundMessage
from patients.admin.clock import city, clock, moment
from patients.domain.profile import ContactKind
from patients.models import ContactPoint, Patient
from patients.panels import Panel
from reminders import tries
from reminders.domain.words import CHANNEL_WORDS, STANDING, Reason, ReminderState, ScheduleStatus
from reminders.models import PlannedReminder, Visit
from reminders.reach import CONTACT_KINDS, reach_of

COMING_DAYS = 90
#: A daily tablet over 90 days and two channels stays below this.
MOST_ROWS = 200
LAST_SENT = 20
LAST_TEXTS = 5


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
        title=_("Schedules"),
        template="reminders/panel_schedules.html",
        context={"rows": rows, "patient": patient},
        summary=_("next visit %(at)s") % {"at": clock(first.at, patient.zone)} if first else _("no visit to come"),
    )


def coming_messages(patient: Patient, now: datetime) -> Panel:
    """The reminders of the coming 90 days: those that will be sent, and those that will not, with the reason."""
    until = now + timedelta(days=COMING_DAYS)
    planned = _reminders(patient).filter(send_at__lt=until, state=ReminderState.PLANNED)
    stopped = (ReminderState.CANCELLED, ReminderState.SKIPPED)
    dropped = _reminders(patient).filter(send_at__gte=now, send_at__lt=until, state__in=stopped)
    reach = _reach(patient)
    count = planned.count()
    return Panel(
        key="coming",
        title=_("Messages of the coming %(coming_days)s days") % {"coming_days": COMING_DAYS},
        template="reminders/panel_coming.html",
        context={
            "rows": _together(planned.order_by("send_at", "id")[:MOST_ROWS], patient, reach),
            "dropped": _together(dropped.order_by("send_at", "id")[:MOST_ROWS], patient, {}),
            "problems": [f"{_(CHANNEL_WORDS[c])}: {why}" for c, (whom, why) in reach.items() if not whom]
            if count
            else [],
            "more": max(0, count - MOST_ROWS),
            "patient": patient,
        }
        | _zones(patient),
        summary=ngettext("%(count)s message to come", "%(count)s messages to come", count) % {"count": count},
    )


def sent_messages(patient: Patient, now: datetime) -> Panel:
    """The last messages that were handed to the outbox, or were dropped when their time came."""
    settled = (
        _reminders(patient)
        .filter(state__in=[ReminderState.RELEASED, ReminderState.SKIPPED])
        .order_by("-settled_at", "-id")[:LAST_SENT]
    )
    said = list(settled)
    told = tries.of(said)
    rows = [
        {
            "reminder": reminder,
            "channel": _(CHANNEL_WORDS[reminder.channel]),
            "told": told[reminder.pk][-1] if reminder.message else None,
            "before": told[reminder.pk][:-1] if reminder.message else told[reminder.pk],
            "when": clock(reminder.settled_at, patient.zone),
            "clinic_when": clock(reminder.settled_at, patient.clinic.zone),
            "visit_when": clock(reminder.visit.at, patient.zone),
        }
        for reminder in said
    ]
    return Panel(
        key="sent",
        title=_("The last %(last_sent)s messages") % {"last_sent": LAST_SENT},
        template="reminders/panel_sent.html",
        context={"rows": rows, "patient": patient} | _zones(patient),
    )


def received_texts(patient: Patient, now: datetime) -> Panel | None:
    """The last texts from the patient's phones; families share phones, so somebody else may have written."""
    phones = [contact.address for contact in patient.contacts.all() if contact.kind == ContactKind.PHONE]
    texts = list(InboundMessage.objects.filter(from_address__in=phones).order_by("-received_at", "-pk")[:LAST_TEXTS])
    if not texts:
        return None
    rows = [{"text": text, "when": clock(text.received_at, patient.zone)} for text in texts]
    return Panel(
        key="texts",
        title=_("The last texts from these phones"),
        template="reminders/panel_texts.html",
        context={"rows": rows} | _zones(patient),
    )


def consent_notes(contacts: Sequence[ContactPoint], now: datetime) -> Mapping[int, SafeString]:
    """Beside each contact: whether its owner agreed to reminders, since when, and the way to record it."""
    latest = latest_words(contacts)
    zone = contacts[0].patient.clinic.zone
    notes = {}
    for contact in contacts:
        event = latest.get(consent_key(contact.address))
        notes[contact.pk] = format_html(
            '<span class="bw-chip bw-{}">{}</span> <a class="bw-link" href="{}">record…</a>',
            "none" if event is None else "ok" if event.granted else "bad",
            in_words(event, zone),
            reverse("admin:reminders_contact_consent", args=[contact.pk]),
        )
    return notes


def latest_words(contacts: Sequence[ContactPoint]) -> dict[str, ConsentEvent]:
    """The last word about reminders of each contact's address, by the address as the ledger writes it."""
    latest = consent.latest([contact.address for contact in contacts])
    return {address: event for (address, purpose), event in latest.items() if purpose == Purpose.REMINDERS}


def in_words(event: ConsentEvent | None, zone: ZoneInfo) -> str:
    """What an entry of the ledger says: `yes, signed form, Mon 23 Nov 2026`."""
    if event is None:
        return "not recorded: nothing is sent"
    day = clock(event.recorded_at, zone).partition(",")[0]
    return f"{'yes' if event.granted else 'no'}, {event.get_source_display()}, {day}"


def _reminders(patient: Patient) -> QuerySet[PlannedReminder]:
    return PlannedReminder.objects.filter(visit__schedule__patient=patient).select_related(
        "rule", "message", "visit__schedule__treatment"
    )


def _zones(patient: Patient) -> dict[str, object]:
    """Whose clocks the columns show; the clinic's own has a column where it is another zone."""
    other = patient.timezone != patient.clinic.timezone
    return {"city": city(patient.zone), "clinic_city": city(patient.clinic.zone) if other else ""}


def _reach(patient: Patient) -> dict[str, tuple[str, str]]:
    """For each channel to whom a message would go if it left now, or else why it would go to nobody."""
    known = reach_of([patient.pk])
    names = {
        contact.pk: contact.owner_name or contact.get_owner_display().lower() for contact in patient.contacts.all()
    }
    reach: dict[str, tuple[str, str]] = {}
    for channel in CONTACT_KINDS:
        there = known.of(patient.pk, channel)
        usable = [contact for contact in there if contact.usable]
        agreed = [contact for contact in usable if contact.consented]
        if agreed:
            reach[channel] = (names[agreed[0].id], "")
        elif usable:
            reach[channel] = ("", Reason.NO_CONSENT.label)
        else:
            reach[channel] = ("", (Reason.CONTACT_UNUSABLE if there else Reason.NO_CONTACT).label)
    return reach


def _together(
    reminders: Iterable[PlannedReminder], patient: Patient, reach: Mapping[str, tuple[str, str]]
) -> list[dict[str, object]]:
    """A row for each thing said at one time about one visit; its ways are the channels."""
    rows = []
    reminders = list(reminders)
    told = tries.of(reminders)
    for (send_at, _unused, _unused), group in groupby(
        reminders, key=lambda each: (each.send_at, each.rule_id, each.visit_id)
    ):
        ways = list(group)
        visit = ways[0].visit
        rows.append(
            {
                "rule": ways[0].rule,
                "visit": visit,
                "when": clock(send_at, patient.zone),
                "clinic_when": clock(send_at, patient.clinic.zone),
                "visit_when": clock(visit.at, patient.zone),
                "waits": _waits_for_room(ways, patient),
                "first_ways": ":1" if len({(way.state, way.reason) for way in ways}) == 1 else ":",
                "ways": [
                    {
                        "reminder": way,
                        "channel": _(CHANNEL_WORDS[way.channel]),
                        "whom": reach.get(way.channel, ("", ""))[0],
                        "before": told[way.pk],
                    }
                    for way in ways
                ],
            }
        )
    return rows


def _waits_for_room(ways: Sequence[PlannedReminder], patient: Patient) -> str:
    """Until when a text waits because the phone has had as many as it may get; empty where none does."""
    waiting = [way for way in ways if way.state == ReminderState.PLANNED and way.reason == Reason.NO_ROOM]
    return clock(waiting[0].due_at, patient.zone) if waiting else ""
