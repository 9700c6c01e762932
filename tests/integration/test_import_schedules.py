"""`import_schedules` on a real database: held against patients and catalogue, planned at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patients.models import Clinic, Patient
from reminders.imports.schedule_rows import COLUMNS
from reminders.models import PlannedReminder, Schedule, Treatment
from reminders.services import cancel_schedule, hold_schedule
from tests.support.imports import Answer, run_import

pytestmark = pytest.mark.django_db

HEADER = ",".join(COLUMNS)
DAY = (timezone.now() + timedelta(days=20)).date()
#: The second Sunday of next year's March: no clock in Chicago shows half past two that night.
_MARCH = DAY.replace(year=DAY.year + 1, month=3, day=8)
SKIPPED = _MARCH + timedelta(days=(6 - _MARCH.weekday()) % 7)
ROW = f"A1,zol_q4w,{DAY}T09:30,,,"
Take = Callable[..., Answer]


@pytest.fixture
def ann() -> Patient:
    clinic = Clinic.objects.create(name="Bayside", short_name="Bayside", daytime_line="+12025550142")
    return Patient.objects.create(
        clinic=clinic, mrn="A1", given_name="Ann", family_name="Lee", timezone="America/Chicago"
    )


@pytest.fixture
def take(ann: Patient, tmp_path: Path) -> Take:
    def run(*rows: str, flags: tuple[str, ...] = (), header: str = HEADER) -> Answer:
        return run_import("import_schedules", tmp_path / "schedules.csv", "\n".join([header, *rows, ""]), *flags)

    return run


class TestStoring:
    def test_it_stores_schedules_and_plans_them_at_once(self, take: Take, ann: Patient) -> None:
        answer = take(f"A1,zol_q4w,{DAY}T09:30,28,3,Room 2", f"A1,mri,{DAY}T14:00,,,")
        assert (answer.counts, answer.code) == ((2, 0, 0), 0)
        course = Schedule.objects.get(treatment__code="zol_q4w")
        assert (course.interval_days, course.number_of_visits, course.location) == (28, 3, "Room 2")
        visits = list(course.visits.order_by("number"))
        assert [visit.on for visit in visits] == [DAY + timedelta(days=28 * step) for step in range(3)]
        assert all(visit.at.astimezone(ann.zone).strftime("%H:%M") == "09:30" for visit in visits)
        assert PlannedReminder.objects.filter(visit__schedule=course, state="planned").exists()

    def test_blank_visits_take_the_treatments_own(self, take: Take) -> None:
        take(f"A1,ra223,{DAY}T09:30,,,", ROW)
        numbers = dict(Schedule.objects.values_list("treatment__code", "number_of_visits"))
        assert numbers == {"ra223": Treatment.objects.get(code="ra223").default_visits, "zol_q4w": None}

    def test_the_same_file_again_changes_nothing(self, take: Take) -> None:
        take(ROW)
        before = PlannedReminder.objects.count()
        assert take(ROW).counts == (0, 0, 1)
        assert (Schedule.objects.count(), PlannedReminder.objects.count()) == (1, before)

    def test_what_differs_is_updated_and_planned_anew(self, take: Take) -> None:
        take(ROW)
        assert take(f"A1,zol_q4w,{DAY}T09:30,28,2,Room 9").counts == (0, 1, 0)
        schedule = Schedule.objects.get()
        assert (schedule.number_of_visits, schedule.location) == (2, "Room 9")
        assert schedule.visits.filter(status="planned").count() == 2
        # Blank cells change nothing.
        assert take(ROW).counts == (0, 0, 1)

    def test_one_that_began_long_ago_is_still_the_same(self, take: Take, ann: Patient) -> None:
        begun = timezone.now().date() - timedelta(days=30)
        zol = Treatment.objects.get(code="zol_q4w")
        Schedule.objects.create(patient=ann, treatment=zol, first_visit_on=begun, visit_time="09:30")
        assert take(f"A1,zol_q4w,{begun}T09:30,,,Room 5").counts == (0, 1, 0)

    def test_one_on_hold_is_not_doubled(self, take: Take) -> None:
        take(ROW)
        hold_schedule(Schedule.objects.get(), reason="Dentist first", now=timezone.now())
        assert take(ROW).counts == (0, 0, 1)
        assert Schedule.objects.count() == 1

    def test_one_that_was_cancelled_does_not_come_back(self, take: Take) -> None:
        take(ROW)
        cancel_schedule(Schedule.objects.get(), reason="Changed drug", now=timezone.now())
        answer = take(ROW)
        assert answer.refused == [(2, "first_visit")]
        assert "Changed drug" in answer.rejected[0]["error"]

    def test_a_dry_run_stores_and_plans_nothing(self, take: Take) -> None:
        assert take(ROW, flags=("--dry-run",)).counts == (1, 0, 0)
        assert not Schedule.objects.exists()

    def test_skipping_takes_the_good_rows_and_still_fails(self, take: Take) -> None:
        answer = take(ROW, ROW.replace("A1", "A9"), flags=("--skip-invalid",))
        assert (answer.counts, answer.code, answer.refused) == ((1, 0, 0), 1, [(3, "mrn")])
        assert PlannedReminder.objects.exists()


class TestRefusing:
    @pytest.mark.parametrize(
        ("row", "field", "words"),
        [
            (f"A9,zol_q4w,{DAY}T09:30,,,", "mrn", "There is no patient 'A9'"),
            (f"A1,zol_q4x,{DAY}T09:30,,,", "treatment", "did you mean zol_q4w"),
            (f"A1,aspirin??,{DAY}T09:30,,,", "treatment", "There is no treatment 'aspirin??'"),
            (f"A1,zol_q4w,{SKIPPED}T02:30,,,", "first_visit", "does not exist in America/Chicago"),
            ("A1,zol_q4w,2020-01-07T09:30,,,", "first_visit", "has already passed"),
            (f"A1,zol_q4w,{DAY}T09:30,0,,", "interval_days", "0 is too small"),
            (f"A1,zol_q4w,{DAY}T09:30,-7,,", "interval_days", "-7 is too small"),
            (f"A1,zol_q4w,{DAY}T09:30,7,,", "interval_days", "shorter than the minimum gap of zol_q4w (21 days)"),
            (f"A1,zol_q4w,{DAY}T09:30,soon,,", "interval_days", "not a whole number"),
            (f"A1,ra223,{DAY}T09:30,,9,", "visits", "9 is more than ra223 allows (6)"),
            (f"A1,mri,{DAY}T09:30,,3,", "visits", "done once"),
        ],
    )
    def test_a_row_that_cannot_be_kept_is_named(self, take: Take, row: str, field: str, words: str) -> None:
        answer = take(f"A1,mri,{DAY}T14:00,,,", row)
        assert answer.counts == (0, 0, 0)
        assert answer.refused == [(3, field)]
        assert words in answer.rejected[0]["error"]
        assert not Schedule.objects.exists()

    def test_unknown_patient_and_treatment_of_one_row_are_both_told(self, take: Take) -> None:
        assert take(f"A9,zol,{DAY}T09:30,,,").refused == [(2, "mrn"), (2, "treatment")]

    def test_a_treatment_that_is_no_longer_offered_is_refused(self, take: Take) -> None:
        Treatment.objects.filter(code="zol_q4w").update(is_active=False)
        assert take(ROW).refused == [(2, "treatment")]

    def test_a_patient_who_is_not_active_gets_no_new_schedule(self, take: Take, ann: Patient) -> None:
        Patient.objects.update(status="deceased")
        assert take(ROW).refused == [(2, "mrn")]

    def test_a_patient_of_another_clinic_is_unknown(self, take: Take) -> None:
        Clinic.objects.create(name="Hillside", short_name="Hillside")
        assert take(ROW).refused == [(0, "clinic")]
        assert take(ROW, flags=("--clinic", "Hillside")).refused == [(2, "mrn")]

    def test_a_wrong_header_is_named(self, take: Take) -> None:
        assert take(ROW, header="mrn,treatment,when").refused == [(1, "header")]


def test_without_a_clinic_there_is_nothing_to_schedule(tmp_path: Path) -> None:
    answer = run_import("import_schedules", tmp_path / "s.csv", f"{HEADER}\n{ROW}\n")
    assert answer.refused == [(0, "clinic")]


def test_statements_grow_with_batches_and_not_with_rows(
    take: Take, ann: Patient, django_assert_max_num_queries: Callable[..., CaptureQueriesContext]
) -> None:
    for number in range(150):
        Patient.objects.create(
            clinic=ann.clinic, mrn=f"M{number}", given_name="Given", family_name="Family", timezone="America/Denver"
        )
    rows = [f"M{number},mri,{DAY}T09:{number % 60:02},,," for number in range(150)]
    with django_assert_max_num_queries(40):
        assert take(*rows).counts == (150, 0, 0)
    assert PlannedReminder.objects.values("visit").distinct().count() == 150
