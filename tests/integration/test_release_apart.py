"""One reminder that cannot be written down must not keep those beside it from leaving."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import IntegrityError

from messaging import outbox
from messaging.models import Message
from patients.models import Clinic, ContactPoint, Patient
from reminders.domain.words import Reason, ReminderState
from reminders.models import Schedule
from reminders.release import release_due
from tests.support import builders as b

pytestmark = pytest.mark.django_db
DUE = b.ny("2026-06-16 09:00")


def two() -> tuple[Schedule, Schedule]:
    """One patient whom something is going to be wrong with, and one behind her."""
    b.ladder()
    return b.planned_schedule(b.patient("+12025550111")), b.planned_schedule(b.patient("+12025550112"))


def the_other_is_told(broken: Schedule, well: Schedule) -> None:
    release_due(now=DUE)
    assert list(Message.objects.values_list("address", flat=True)) == ["+12025550112"]
    (state,) = {row.state for row in b.reminders(well, rule__code="day_before", channel="sms", visit__number=1)}
    assert state == ReminderState.RELEASED
    (row,) = b.reminders(broken, rule__code="day_before", channel="sms", visit__number=1)
    assert (row.state, row.reason) == (ReminderState.SKIPPED, Reason.WORDING)


def test_an_address_that_is_no_phone_stops_only_its_own_reminder() -> None:
    broken, well = two()
    b.agree("0000")
    ContactPoint.objects.filter(patient=broken.patient).update(address="0000")
    the_other_is_told(broken, well)


def test_a_clinic_line_that_is_no_number_stops_only_its_own_reminders() -> None:
    broken, well = two()
    elsewhere = Clinic.objects.create(name="Elsewhere", short_name="Elsewhere", timezone="America/New_York")
    Clinic.objects.filter(pk=elsewhere.pk).update(daytime_line="call us")
    Patient.objects.filter(pk=broken.patient_id).update(clinic=elsewhere)
    the_other_is_told(broken, well)


def test_a_language_that_nobody_speaks_here_stops_only_its_own_reminder() -> None:
    broken, well = two()
    Patient.objects.filter(pk=broken.patient_id).update(language="xx")
    the_other_is_told(broken, well)


def test_a_zone_that_does_not_exist_stops_only_its_own_reminder() -> None:
    broken, well = two()
    Patient.objects.filter(pk=broken.patient_id).update(timezone="Mars/Olympus")
    the_other_is_told(broken, well)


def test_a_database_that_takes_nothing_costs_no_reminder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Old code on a new schema, during an upgrade: the next try is another worker's, and finds all of them waiting."""
    _, well = two()
    row = outbox._row

    def unknown_status(draft: outbox.Draft, now: datetime) -> Message:
        message = row(draft, now)
        message.status = "nonsense"
        return message

    monkeypatch.setattr(outbox, "_row", unknown_status)
    with pytest.raises(IntegrityError):
        release_due(now=DUE)
    monkeypatch.undo()
    assert "day_before/sms" in b.planned(well, 1)
    release_due(now=DUE)
    assert Message.objects.count() == 2
