"""The odd states of the demo, one function each: done by the same services that staff and patients use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings

from messaging import consent
from messaging.domain.delivery import Channel
from messaging.models import ConsentEvent, InboundMessage, Message
from messaging.retelling import arrive
from patients.board import draft_task, open_tasks
from patients.domain.profile import ContactKind, PatientStatus
from patients.models import TaskKind
from reminders import services
from reminders.demo.story import Told
from reminders.domain.words import VisitStatus
from reminders.models import Visit

_HOUR = timedelta(hours=1)
Oddity = Callable[[Told, datetime], None]


def apply(told: Told, *, now: datetime) -> None:
    """Bring a planned patient into the odd state that the cast gives them, if any."""
    if told.person.oddity:
        ODDITIES[told.person.oddity](told, now)


def _next(told: Told, position: int = 0) -> Visit:
    return told.schedule.visits.filter(status=VisitStatus.PLANNED).order_by("number")[position]


def _patient_on_hold(told: Told, now: datetime) -> None:
    reason = "In hospital with pneumonia; the ward will call."
    services.set_patient_status(told.patient, status=PatientStatus.ON_HOLD, reason=reason, now=now)


def _discharged(told: Told, now: datetime) -> None:
    reason = "Moved to another state; records were sent on."
    services.set_patient_status(told.patient, status=PatientStatus.DISCHARGED, reason=reason, now=now)


def _deceased(told: Told, now: datetime) -> None:
    reason = "Died at home; the family called the clinic."
    services.set_patient_status(told.patient, status=PatientStatus.DECEASED, reason=reason, now=now)


def _opted_out(told: Told, now: datetime) -> None:
    text = _text(told, "ALTO", "opt_out", at=now - 50 * _HOUR)
    # Its task opens by itself: reminders.opt_outs hears of it.
    consent.revoke_everything(
        text.from_address,
        source=ConsentEvent.Source.TEXT,
        wording=text.body,
        now=text.received_at,
        by=f"text {text.provider_id}",
        language=told.patient.language,
    )


def _unusable_phone(told: Told, now: datetime) -> None:
    phone = told.patient.contacts.get(kind=ContactKind.PHONE)
    last = Message.objects.filter(address=phone.address, channel=Channel.SMS).order_by("due_at").last()
    if last is not None and last.submitted_at is not None:
        last.tries.all().delete()
        last.receipts.all().delete()
        arrive(
            last,
            at=last.submitted_at,
            words=("sent", "undelivered"),
            reason="The number is unknown or not in service.",
            code="30005",
        )
    phone.unusable_since = now - 60 * _HOUR
    phone.unusable_reason = "The number is unknown or not in service (30005)."
    phone.save()
    task = draft_task(
        patient_id=told.patient.pk,
        kind=TaskKind.UNREACHED,
        key=f"demo:{told.patient.pk}",
        title="A text came back: ask for the patient's present number",
        now=phone.unusable_since,
    )
    open_tasks([task])


def _schedule_on_hold(told: Told, now: datetime) -> None:
    services.hold_schedule(told.schedule, reason="Dental surgery first; the dentist will say when.", now=now)


def _visit_cancelled(told: Told, now: datetime) -> None:
    services.cancel_visit(_next(told), reason="The patient travels; the dose after it stands.", now=now)


def _visit_moved(told: Told, now: datetime) -> None:
    visit = _next(told)
    services.move_visit(visit, on=visit.on + timedelta(days=2), clock=visit.clock.replace(hour=14, minute=30), now=now)


def _confirmed(told: Told, now: datetime) -> None:
    services.confirm_visit(_next(told), now=now)


def _asks_for_another_time(told: Told, now: datetime) -> None:
    text = _text(told, "2 - can we do a morning instead?", "move_asked", at=now - 2 * _HOUR)
    services.request_move(_next(told), words=text.body, now=text.received_at)


def _text(told: Told, body: str, disposition: str, *, at: datetime) -> InboundMessage:
    return InboundMessage.objects.create(
        provider_id=f"SM{told.patient.mrn.encode().hex():0>32}",
        from_address=told.person.phone,
        to_address=settings.TWILIO_FROM_REMINDERS,
        body=body,
        received_at=at,
        handled_at=at + timedelta(seconds=1),
        disposition=disposition,
    )


ODDITIES: dict[str, Oddity] = {
    "patient_on_hold": _patient_on_hold,
    "discharged": _discharged,
    "deceased": _deceased,
    "opted_out": _opted_out,
    "unusable_phone": _unusable_phone,
    "schedule_on_hold": _schedule_on_hold,
    "visit_cancelled": _visit_cancelled,
    "visit_moved": _visit_moved,
    "confirmed": _confirmed,
    "asks_for_another_time": _asks_for_another_time,
}
