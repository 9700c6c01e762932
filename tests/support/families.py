"""Families for tests: a patient and whoever else may be told, a reminder that is lost, and the sweeps that go on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from messaging.channels.base import PermanentFailure
from messaging.channels.memory import Memory
from messaging.dispatch import run
from messaging.domain.delivery import Urgency
from patients.models import Patient
from reminders.following import follow_up
from reminders.models import ReminderRule, Schedule
from reminders.release import release_due
from tests.support import builders as b
from tests.support.messages import HandClock

DUE = b.ny("2026-06-16 09:00")
SOON = timedelta(seconds=10)
SECOND, HERS, HER_MAIL = "+12025550112", "+12025550113", "ana@example.org"
REFUSED = PermanentFailure("21211", "no such number")


def family(*also: str) -> Patient:
    """A patient with a phone, and whoever else is named."""
    patient = b.patient(b.PHONE)
    for address in also:
        caregiver: dict[str, Any] = (
            {"owner": "caregiver", "owner_name": "Ana Luz"} if address in (HERS, HER_MAIL) else {}
        )
        b.contact(patient, address, position=2, **caregiver)
    return patient


def texts_only() -> None:
    """A ladder of one rung by text, the day before at nine."""
    b.ladder()
    ReminderRule.objects.exclude(code="day_before").update(is_active=False)
    ReminderRule.objects.update(channels=["sms"])


def told(*also: str, refusals: int = 1) -> Schedule:
    """A schedule whose reminder of the day before was refused so many times in a row."""
    texts_only()
    schedule = b.planned_schedule(family(*also))
    Memory.failures.extend([REFUSED] * refusals)
    deliver(DUE)
    return schedule


def deliver(now: datetime) -> None:
    """Both sweeps that bring a reminder to the carrier."""
    release_due(now=now)
    run(Urgency.ORDINARY, clock=HandClock(now), worker="w")


def go_on(now: datetime = DUE + SOON) -> int:
    """The sweep that follows up, and those that bring the reminder to the carrier."""
    followed = follow_up(now=now)
    deliver(now)
    return followed


def addresses() -> list[str]:
    """To whom the carrier has taken a message, in order."""
    return [outgoing.address for _, outgoing in Memory.taken]
