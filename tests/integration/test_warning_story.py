"""From a recorded dose to a warning on the phone: across three rooms, with the rules that ship."""

from __future__ import annotations

from datetime import date

import pytest

from alerts.models import PlannedWarning
from alerts.warnings import planning, release
from messaging import consent
from messaging.domain.delivery import Purpose
from messaging.models import Message
from patients.models import Patient
from reminders import services
from reminders.models import Schedule, Treatment
from tests.support import builders as make
from tests.support.builders import DAY, PHONE, ny

pytestmark = pytest.mark.django_db
GIVEN = date(2026, 6, 17)
VISIT_DAY = ny("2026-06-17 11:30")


@pytest.fixture
def patient() -> Patient:
    """Enrolled long ago, so that only her treatment speaks."""
    made = make.patient(PHONE, metastasis_sites=["ribs"])
    Patient.objects.update(created_at=ny("2026-05-20 12:00"))
    consent.record(PHONE, Purpose.WARNINGS, granted=True, source="form", wording="test", now=ny("2026-05-20 12:00"))
    return made


def course(owner: Patient, code: str) -> Schedule:
    return make.planned_schedule(owner, treatment=Treatment.objects.get(code=code))


def coming(owner: Patient, code: str) -> list[str]:
    rows = PlannedWarning.objects.filter(patient=owner, rule__code=code, state="planned").order_by("send_at")
    return [f"{row.send_at.astimezone(owner.zone):%m-%d %H:%M}" for row in rows]


def test_three_days_after_a_dose_she_is_told_of_tingling_once(patient: Patient) -> None:
    schedule = course(patient, "dmab_q4w")
    services.record_dose(make.visit(schedule), given_on=GIVEN, now=VISIT_DAY)
    planning.plan_due(now=VISIT_DAY)
    assert coming(patient, "low_calcium") == ["06-20 11:00"]
    for hour in ("10:59", "11:00", "11:01"):
        planning.plan_due(now=ny(f"2026-06-20 {hour}"))
        release.release_due(now=ny(f"2026-06-20 {hour}"))
    (message,) = Message.objects.filter(template="warning_tingling")
    assert (message.address, message.purpose, message.due_at) == (PHONE, "warnings", ny("2026-06-20 11:00"))


def test_a_dose_that_was_recorded_by_mistake_takes_its_warning_back(patient: Patient) -> None:
    schedule = course(patient, "dmab_q4w")
    services.record_dose(make.visit(schedule), given_on=GIVEN, now=VISIT_DAY)
    planning.plan_due(now=VISIT_DAY)
    services.undo_dose(make.visit(schedule), now=VISIT_DAY + DAY)
    planning.plan_due(now=VISIT_DAY + DAY)
    assert coming(patient, "low_calcium") == []
    row = PlannedWarning.objects.get(rule__code="low_calcium")
    assert (row.state, row.reason) == ("cancelled", "taken_back")


def test_in_the_first_weeks_of_a_hormone_depot_she_is_told_weekly(patient: Patient) -> None:
    services.record_dose(make.visit(course(patient, "leup_3")), given_on=GIVEN, now=VISIT_DAY)
    planning.plan_due(now=VISIT_DAY)
    assert coming(patient, "cord_gnrh") == ["06-18 11:00", "06-25 11:00", "07-02 11:00", "07-09 11:00"]


def test_after_degarelix_there_is_no_flare_to_warn_of(patient: Patient) -> None:
    services.record_dose(make.visit(course(patient, "deg_1")), given_on=GIVEN, now=VISIT_DAY)
    planning.plan_due(now=VISIT_DAY)
    assert coming(patient, "cord_gnrh") == []


def test_a_metastasis_in_the_spine_turns_the_warning_about_legs_on(patient: Patient) -> None:
    planning.plan_due(now=VISIT_DAY)
    assert coming(patient, "cord_spine") == []
    patient.metastasis_sites = ["spine"]
    patient.created_at = ny("2026-05-20 12:00")
    patient.save()
    planning.plan_due(now=VISIT_DAY + 2 * DAY)
    assert coming(patient, "cord_spine") == ["07-15 11:00"]
