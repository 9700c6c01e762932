"""A warning that waits in the outbox when its patient dies, is discharged or put on hold is taken back."""

from __future__ import annotations

import pytest

from alerts.models import PlannedWarning
from alerts.warnings import gone, release
from messaging.models import Message
from patients.domain.profile import PatientStatus
from patients.models import Patient
from reminders import services
from tests.support.builders import HOUR, PHONE
from tests.support.warnings import MORNING, enrolled, only_rule, plan_and_release

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient() -> Patient:
    """Somebody whose warning has been handed to the outbox and has not left it."""
    only_rule()
    made = enrolled(PHONE)
    plan_and_release()
    assert Message.objects.get().status == "planned"
    return made


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (PatientStatus.DECEASED, "patient_deceased"),
        (PatientStatus.DISCHARGED, "patient_discharged"),
        (PatientStatus.ON_HOLD, "patient_on_hold"),
    ],
)
def test_it_does_not_leave(patient: Patient, status: PatientStatus, reason: str) -> None:
    services.set_patient_status(patient, status=status, reason="told by the family", now=MORNING)
    assert gone.take_back(now=MORNING + HOUR) == 1
    release.release_due(now=MORNING + HOUR)
    message, warning = Message.objects.get(), PlannedWarning.objects.get()
    assert message.status == "suppressed"
    assert message.reason
    assert (warning.state, warning.reason) == ("skipped", reason)
    assert gone.take_back(now=MORNING + HOUR) == 0


def test_of_somebody_in_treatment_nothing_is_taken_back(patient: Patient) -> None:
    assert gone.take_back(now=MORNING + HOUR) == 0
    assert Message.objects.get().status == "planned"


def test_what_the_provider_has_stays_as_it_is(patient: Patient) -> None:
    at = {"submitted_at": MORNING, "accepted_at": MORNING, "finished_at": MORNING}
    Message.objects.update(status="delivered", provider_id="SM1", attempts=1, **at)
    services.set_patient_status(patient, status=PatientStatus.DECEASED, reason="told by the family", now=MORNING)
    assert gone.take_back(now=MORNING + HOUR) == 0
    assert PlannedWarning.objects.get().state == "released"
