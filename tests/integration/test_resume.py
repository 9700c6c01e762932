"""A schedule that comes back after a long silence: one dose to rebook, and no heap of tasks."""

from __future__ import annotations

import pytest

from patients.domain.profile import PatientStatus
from patients.models import CoordinatorTask, TaskKind
from reminders import services, sweeps
from reminders.domain.words import VisitStatus
from reminders.models import Schedule
from reminders.visits import WHILE_SILENT
from tests.support import builders as make
from tests.support.builders import DAY, NOW

pytestmark = pytest.mark.django_db
LATER = NOW + 200 * DAY


@pytest.fixture(autouse=True)
def _ladder(db: None) -> None:
    make.ladder()


def lapsed(of: Schedule) -> list[str]:
    """How the visits stand whose day has passed."""
    return [visit.status for visit in of.visits.filter(at__lt=LATER).order_by("number")]


def overdue_tasks() -> int:
    return CoordinatorTask.objects.filter(kind=TaskKind.OVERDUE_VISIT, done_at__isnull=True).count()


def test_after_half_a_year_on_hold_one_dose_has_to_be_rebooked() -> None:
    course = make.planned_schedule(visits=None)
    services.hold_schedule(course, reason="operation", now=NOW)
    services.resume_schedule(course, now=LATER)
    sweeps.mark_overdue(now=LATER)
    *before, last = lapsed(course)
    assert len(before) >= 5
    assert set(before) == {VisitStatus.CANCELLED}
    assert last == VisitStatus.OVERDUE
    assert set(course.visits.filter(status=VisitStatus.CANCELLED).values_list("status_reason", flat=True)) == {
        WHILE_SILENT
    }
    assert overdue_tasks() == 1
    assert course.visits.filter(at__gt=LATER, status=VisitStatus.PLANNED).exists()


def test_a_patient_who_is_active_again_is_met_the_same_way() -> None:
    course = make.planned_schedule(visits=None)
    services.set_patient_status(course.patient, status=PatientStatus.ON_HOLD, reason="abroad", now=NOW)
    services.set_patient_status(course.patient, status=PatientStatus.ACTIVE, reason="", now=LATER)
    sweeps.mark_overdue(now=LATER)
    assert overdue_tasks() == 1


def test_a_course_of_counted_doses_loses_none() -> None:
    course = make.planned_schedule(visits=6)
    services.hold_schedule(course, reason="counts too low", now=NOW)
    services.resume_schedule(course, now=LATER)
    assert VisitStatus.CANCELLED not in lapsed(course)


def test_a_short_hold_takes_nothing_away() -> None:
    course = make.planned_schedule(visits=None)
    services.hold_schedule(course, reason="a cold", now=NOW)
    services.resume_schedule(course, now=NOW + 2 * DAY)
    assert not course.visits.exclude(status=VisitStatus.PLANNED).exists()
