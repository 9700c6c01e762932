"""The people of the red-flag benchmark: patients who write once, and reminders that wait to be sent."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from benchmarks import outbox_rows
from messaging.domain.delivery import Status, Urgency
from messaging.models import Message
from patients.domain.profile import ContactKind
from patients.models import Clinic, ContactPoint, Patient


def patients(count: int, place: Clinic) -> list[str]:
    """Patients with a phone each; everyone of them writes once."""
    people = Patient.objects.bulk_create(
        Patient(clinic=place, mrn=f"RF{count}-{n}", given_name="Ada", family_name="Weber", timezone="America/New_York")
        for n in range(count)
    )
    phones = [f"+1303{person.pk:07}" for person in people]
    ContactPoint.objects.bulk_create(
        ContactPoint(patient=person, kind=ContactKind.PHONE, address=phone)
        for person, phone in zip(people, phones, strict=True)
    )
    return phones


def remind(count: int, *, now: datetime) -> None:
    """Reminders that are due now, each to a phone of its own that has agreed to them."""
    outbox_rows.unpaced()
    outbox_rows.agreed(range(count), now=now)
    outbox_rows.texts(range(count), series="ordinary", due_at=now)


def take_back() -> None:
    waiting = Message.objects.filter(urgency=Urgency.ORDINARY, status=Status.PLANNED)
    waiting.update(status=Status.SUPPRESSED, reason="measured", finished_at=timezone.now())


def sent() -> int:
    return Message.objects.filter(urgency=Urgency.ORDINARY, status=Status.ACCEPTED).count()
