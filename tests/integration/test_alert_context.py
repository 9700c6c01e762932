"""What triage is told of a patient: her spine, and the days since she was given what has to be watched for."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from alerts.context import context_of
from alerts.domain.triage import Context
from patients.models import CareEvent, Patient
from tests.support import builders as make
from tests.support.builders import NOW

pytestmark = pytest.mark.django_db


def told(patient: Patient, kind: str, drug_class: str, on: str, **changes: Any) -> None:
    CareEvent.objects.create(
        patient=patient, kind=kind, drug_class=drug_class, on=date.fromisoformat(on), source="reminders",
        key=f"schedule:{CareEvent.objects.count()}/1", changed_at=NOW, **changes,
    )  # fmt: skip


def test_of_somebody_of_whom_nothing_is_known_nothing_is_assumed() -> None:
    assert context_of(make.patient(), NOW) == Context(language="en")


def test_days_are_counted_from_the_last_dose_that_stands() -> None:
    patient = make.patient(metastasis_sites=["ribs", "spine"], language="es")
    told(patient, "treatment_started", "denosumab", "2026-01-01")
    told(patient, "dose_given", "denosumab", "2026-05-01")
    told(patient, "dose_given", "denosumab", "2026-06-03")
    told(patient, "dose_given", "denosumab", "2026-06-08", stands=False)
    told(patient, "dose_given", "bisphosphonate", "2026-06-10")
    told(patient, "treatment_started", "gnrh", "2026-05-31")
    told(patient, "dose_given", "gnrh", "2026-06-09")
    assert context_of(patient, NOW) == Context(
        spine_metastases=True,
        days_since_denosumab=7,
        days_since_bisphosphonate=0,
        days_since_gnrh_start=10,
        language="es",
    )


def test_what_is_still_to_come_does_not_count_and_a_start_without_a_recorded_dose_does() -> None:
    patient = make.patient()
    told(patient, "treatment_started", "bisphosphonate", "2026-06-11")
    told(patient, "treatment_started", "denosumab", "2026-06-01")
    context = context_of(patient, NOW)
    assert (context.days_since_bisphosphonate, context.days_since_denosumab) == (None, 9)


def test_days_are_those_of_her_own_calendar() -> None:
    patient = make.patient(timezone="Pacific/Kiritimati")
    told(patient, "dose_given", "denosumab", "2026-06-10")
    assert context_of(patient, datetime(2026, 6, 10, 11, tzinfo=UTC)).days_since_denosumab == 1


def test_another_patient_s_care_is_not_hers() -> None:
    told(make.patient(), "dose_given", "denosumab", "2026-06-03")
    assert context_of(make.patient(), NOW) == Context(language="en")
