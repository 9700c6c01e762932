"""Reminders tell of care by dated facts: starts and doses of classed treatments, kept true as records change."""

from __future__ import annotations

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from patients.models import CareEvent
from reminders import services
from reminders.domain.words import ScheduleStatus
from reminders.models import Schedule, Treatment
from tests.support import builders as make
from tests.support.builders import DAY, ny

pytestmark = pytest.mark.django_db
FIRST = date(2026, 6, 17)
VISIT_DAY = ny("2026-06-17 11:00")


@pytest.fixture
def course() -> Schedule:
    """Six infusions of a denosumab from 17 June on."""
    return make.planned_schedule(treatment=make.treatment("d", drug_class="denosumab"))


def facts() -> list[tuple[str, date, bool]]:
    return list(CareEvent.objects.order_by("kind", "on").values_list("kind", "on", "stands"))


def test_a_planned_course_says_when_it_starts(course: Schedule) -> None:
    (event,) = CareEvent.objects.all()
    assert (event.patient, event.kind, event.drug_class) == (course.patient, "treatment_started", "denosumab")
    assert (event.on, event.stands, event.source) == (FIRST, True, "reminders")


def test_planning_again_changes_nothing(course: Schedule) -> None:
    before = list(CareEvent.objects.values())
    make.plan(course, now=VISIT_DAY)
    assert list(CareEvent.objects.values()) == before


def test_what_has_no_class_leaves_no_facts() -> None:
    make.planned_schedule(treatment=make.treatment("x_ray"))
    assert facts() == []


def test_a_dose_is_told_once_and_moves_the_start_to_its_day(course: Schedule) -> None:
    services.record_dose(make.visit(course), given_on=date(2026, 6, 19), now=VISIT_DAY + 3 * DAY)
    services.record_dose(make.visit(course), given_on=date(2026, 6, 18), now=VISIT_DAY + 3 * DAY)
    assert facts() == [("dose_given", date(2026, 6, 18), True), ("treatment_started", date(2026, 6, 18), True)]
    assert set(CareEvent.objects.values_list("changed_at", flat=True)) == {VISIT_DAY + 3 * DAY}


def test_a_dose_that_is_taken_back_no_longer_stands_and_stands_again_when_given(course: Schedule) -> None:
    services.record_dose(make.visit(course), given_on=FIRST, now=VISIT_DAY)
    services.undo_dose(make.visit(course), now=VISIT_DAY + DAY)
    assert facts() == [("dose_given", FIRST, False), ("treatment_started", FIRST, True)]
    services.record_dose(make.visit(course), given_on=FIRST, now=VISIT_DAY + 2 * DAY)
    assert facts()[0] == ("dose_given", FIRST, True)


def test_a_course_that_is_called_off_before_its_first_dose_never_started(course: Schedule) -> None:
    services.cancel_schedule(course, reason="another drug", now=VISIT_DAY)
    assert facts() == [("treatment_started", FIRST, False)]


def test_doses_of_a_course_that_was_called_off_later_still_happened(course: Schedule) -> None:
    services.record_dose(make.visit(course), given_on=FIRST, now=VISIT_DAY)
    services.cancel_schedule(course, reason="another drug", now=VISIT_DAY + DAY)
    course.refresh_from_db()
    assert course.status == ScheduleStatus.CANCELLED
    assert facts() == [("dose_given", FIRST, True), ("treatment_started", FIRST, True)]


def test_two_courses_of_one_patient_do_not_touch_each_others_facts(course: Schedule) -> None:
    other = make.planned_schedule(
        course.patient, treatment=make.treatment("z", drug_class="bisphosphonate"), first="2026-07-01 09:00"
    )
    services.cancel_schedule(other, reason="not needed", now=VISIT_DAY)
    make.plan(course, now=VISIT_DAY)
    assert facts() == [("treatment_started", FIRST, True), ("treatment_started", date(2026, 7, 1), False)]


def test_the_catalogue_ships_with_classes() -> None:
    classes = dict(Treatment.objects.values_list("code", "drug_class"))
    assert classes["dmab_q4w"] == "denosumab"
    assert classes["zol_q12w"] == classes["pam_q4w"] == "bisphosphonate"
    assert classes["leup_3"] == classes["gos_1"] == "gnrh"
    assert (classes["deg_1"], classes["mri"]) == ("", "")


def test_what_was_on_record_before_becomes_facts_by_migration() -> None:
    course = make.planned_schedule(treatment=make.treatment("d", drug_class="denosumab"))
    services.record_dose(make.visit(course), given_on=FIRST, now=VISIT_DAY)
    step = import_module("reminders.migrations.0004_drug_class")
    expected = facts()
    CareEvent.objects.all().delete()
    editor = connection.schema_editor(collect_sql=True)
    step.forwards(apps, editor)
    step.forwards(apps, editor)
    assert facts() == expected
    before = {event.key for event in CareEvent.objects.all()}
    make.plan(course, now=VISIT_DAY)
    assert {event.key for event in CareEvent.objects.all()} == before
