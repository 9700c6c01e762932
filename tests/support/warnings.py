"""Warnings for tests: one rule, a patient who was enrolled now, and both sweeps at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from alerts.models import WarningRule
from alerts.warnings import planning, release
from messaging import consent
from messaging.domain.delivery import CONSENT_PURPOSES
from patients.models import Patient
from tests.support import builders as make
from tests.support.builders import HOUR, MAILBOX, NOW, PHONE

#: NOW is a Wednesday, 09:00 in New York; the rule of the tests speaks at 11:00.
MORNING = NOW + 2 * HOUR


def only_rule() -> WarningRule:
    """One rule for everyone at 11:00 on the day of enrolment; what ships is switched off."""
    WarningRule.objects.update(is_active=False)
    return rule()


def rule(code: str = "test", **changes: Any) -> WarningRule:
    """A rule; without changes for everyone, once, on the day of enrolment."""
    plain: dict[str, Any] = {
        "name": code,
        "topic": "fever",
        "at_time": "11:00",
        "template": "warning_fever",
        "source": "made up for tests",
    }
    return WarningRule.objects.create(code=code, **plain | changes)


def enrolled(*addresses: str, agrees: bool = True, **changes: Any) -> Patient:
    """Enrolled now; agreed to everything at each address."""
    made = make.patient(*addresses or (PHONE, MAILBOX), **changes)
    made.created_at = NOW
    made.save()
    for contact in made.contacts.all():
        for purpose in CONSENT_PURPOSES if agrees else ():
            consent.record(contact.address, purpose, granted=True, source="form", wording="test", now=NOW)
    return made


def plan_and_release(now: datetime = MORNING) -> None:
    """Both sweeps."""
    planning.plan_due(now=now)
    release.release_due(now=now)
