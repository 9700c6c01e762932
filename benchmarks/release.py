"""Releasing what is due: reminders per second that pass the gate, are worded, and stand in the outbox as messages."""

from __future__ import annotations

from datetime import datetime, time

from django.db import connection

from benchmarks import clinic, filling
from benchmarks.figures import Figure, Findings, say, timed
from messaging import consent
from messaging.domain.delivery import Purpose
from messaging.models import ConsentEvent, Message
from patients.domain.profile import ContactKind
from patients.models import Clinic, ContactPoint, Patient
from reminders.models import ReminderRule
from reminders.release import BATCH, release_due

#: Reminders that are due at once, among sixty times as many: one of each patient's, for a phone gets one text a day.
COUNT = 5_000
_PATIENT_EVERY = len(clinic.RUNGS) * clinic.VISITS
_AMONG = _PATIENT_EVERY


def run(*, now: datetime, rounds: int = 3, count: int = COUNT) -> Findings:
    """Release `count` texts that are due at `now`, `rounds` times."""
    schedules = -(-count * _AMONG // _PATIENT_EVERY)
    clinic.unplan()
    clinic.people(schedules, now=now)
    _reachable(now)
    rates = []
    for number in range(1, rounds + 1):
        say(f"release: round {number} of {rounds}, {count:,} due")
        clinic.empty()
        filling.visits(schedules, now=now)
        filling.reminders(schedules * _PATIENT_EVERY, due=count, now=now)
        seconds, released = timed(lambda: _release_all(now))
        texts = Message.objects.count()
        if not released == texts == count:
            raise RuntimeError(f"{count} were due, {released} decided, {texts} texts written")
        rates.append(count / seconds)
    clinic.unplan()
    what = f"releasing {count:,} due reminders into the outbox, by one worker"
    return Findings([Figure(what, rates, " texts/s", headline=True)])


def _release_all(now: datetime) -> int:
    decided = 0
    while batch := release_due(now=now, limit=BATCH):
        decided += batch
    return decided


def _reachable(now: datetime) -> None:
    """Every patient has a phone, said yes, and may be written to at any hour; no rung waits for anything."""
    Clinic.objects.update(messages_from=time(0), messages_until=time(0))
    ReminderRule.objects.filter(is_active=True).update(condition="always")
    unreached = Patient.objects.filter(contacts__isnull=True)
    phones = ContactPoint.objects.bulk_create(
        ContactPoint(patient=patient, kind=ContactKind.PHONE, address=f"+1202{patient.pk:07}") for patient in unreached
    )
    consent.record_all(
        [
            ConsentEvent(
                address=phone.address,
                purpose=Purpose.REMINDERS,
                granted=True,
                source=ConsentEvent.Source.FORM,
                wording="Yes to reminders.",
                recorded_at=now,
            )
            for phone in phones
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
