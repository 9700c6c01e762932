"""The people of the red-flag benchmark: patients who write once, and reminders that wait for a thousand phones."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from messaging.domain.delivery import Purpose, Status, Urgency
from messaging.models import ConsentEvent, Message
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
    """Reminders that are due now, to a thousand phones that have agreed to them."""
    phones = [f"+1404{number:07}" for number in range(1000)]
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            address=phone, purpose=Purpose.REMINDERS, granted=True, source="form", wording="yes", recorded_at=now
        )
        for phone in phones
    )
    Message.objects.bulk_create(
        (
            Message(
                key=f"ordinary:{number}",
                channel="sms",
                purpose=Purpose.REMINDERS,
                address=phones[number % len(phones)],
                body="Bayside: your visit is tomorrow at 9:30 AM.",
                segments=1,
                due_at=now,
                expires_at=now + timedelta(hours=6),
                created_at=now,
            )
            for number in range(count)
        ),
        batch_size=2000,
    )


def take_back() -> None:
    waiting = Message.objects.filter(urgency=Urgency.ORDINARY, status=Status.PLANNED)
    waiting.update(status=Status.SUPPRESSED, reason="measured", finished_at=timezone.now())


def sent() -> int:
    return Message.objects.filter(urgency=Urgency.ORDINARY, status=Status.ACCEPTED).count()
