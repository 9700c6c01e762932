"""The slow sweeps: horizons are rolled on, late visits found, and a second run finds nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import CoordinatorTask, Patient
from reminders import sweeps, tasks
from reminders.models import PlannedReminder, Schedule, Visit
from tests.support import builders as make
from tests.support.builders import DAY, NOW, ny

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ladder(db: None) -> None:
    make.ladder()


class TestHorizons:
    """Visits and reminders exist 120 days ahead."""

    def test_a_schedule_that_nobody_planned_is_found(self) -> None:
        course = make.schedule()
        assert sweeps.extend_horizons(now=NOW) == 1
        assert course.visits.count() == 5

    def test_one_that_reaches_far_enough_is_left_alone(self) -> None:
        make.planned_schedule()
        assert sweeps.extend_horizons(now=NOW) == 0

    def test_it_follows_the_calendar_and_comes_to_rest(self) -> None:
        course = make.planned_schedule(visits=None)
        now = NOW
        for _ in range(30):
            now += 5 * DAY
            assert sweeps.extend_horizons(now=now) == 1
            assert sweeps.extend_horizons(now=now) == 0
            furthest = course.visits.order_by("-on").first()
            assert furthest is not None
            assert timedelta(days=120 - 28 - 1) <= furthest.at - now <= timedelta(days=121)
        assert [visit.number for visit in course.visits.order_by("number")] == list(range(1, course.visits.count() + 1))

    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "America/New_York", "Asia/Kathmandu"])
    def test_no_zone_keeps_it_busy_at_any_hour(self, zone: str) -> None:
        """The day begins 26 hours apart; no schedule may look short right after it was planned."""
        make.schedule(make.patient(timezone=zone), visits=None)
        for hour in range(0, 72, 3):
            now = NOW + timedelta(days=10 * hour, hours=hour)
            sweeps.extend_horizons(now=now)
            assert sweeps.extend_horizons(now=now) == 0

    @pytest.mark.parametrize("status", ["on_hold", "cancelled"])
    def test_what_is_silent_is_not_planned(self, status: str) -> None:
        course = make.schedule()
        Schedule.objects.update(status=status)
        assert sweeps.extend_horizons(now=NOW) == 0
        assert not course.visits.exists()

    def test_nor_what_belongs_to_a_silent_patient(self) -> None:
        make.schedule()
        Patient.objects.update(status="deceased", status_reason="told by the family")
        assert sweeps.extend_horizons(now=NOW) == 0

    def test_one_that_cannot_be_planned_holds_up_nobody_else(self) -> None:
        courses = [make.schedule(make.patient()) for _ in range(3)]
        Patient.objects.filter(pk=courses[1].patient_id).update(timezone="Mars/Olympus")
        assert sweeps.extend_horizons(now=NOW) == 3
        assert [course.visits.count() for course in courses] == [5, 0, 5]

    def test_the_task_goes_on_until_nothing_is_behind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sweeps, "BATCH", 3)
        first = f"{(make.real_now() + 10 * DAY).date()} 09:30"
        drug = make.treatment()
        for _ in range(8):
            make.schedule(make.patient(), first=first, treatment=drug, visits=2)
        tasks.extend_horizons()
        assert not Schedule.objects.filter(planned_until__isnull=True).exists()
        assert Visit.objects.count() == 16


class TestOverdue:
    """Visits whose late window has closed without a dose."""

    def test_a_batch_at_a_time_the_latest_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sweeps, "BATCH", 2)
        for day in (17, 18, 19):
            make.planned_schedule(make.patient(), first=f"2026-06-{day} 09:30", visits=1)
        now = ny("2026-06-24 00:00")
        assert [sweeps.mark_overdue(now=now) for _ in range(3)] == [2, 1, 0]
        assert CoordinatorTask.objects.count() == 3

    def test_midnight_is_the_patients(self) -> None:
        west = make.planned_schedule(make.patient(timezone="America/Los_Angeles"), visits=1)
        now = ny("2026-06-21 00:00")
        assert sweeps.mark_overdue(now=now) == 0
        assert sweeps.mark_overdue(now=now + timedelta(hours=3)) == 1
        assert make.visit(west).status == "overdue"

    def test_a_given_dose_is_never_overdue(self) -> None:
        course = make.planned_schedule(visits=1)
        course.visits.update(status="given", given_on=course.first_visit_on)
        assert sweeps.mark_overdue(now=NOW + 60 * DAY) == 0

    def test_the_next_visit_stays_and_the_rungs_of_the_late_one_go(self) -> None:
        course = make.planned_schedule(visits=2)
        sweeps.mark_overdue(now=ny("2026-06-21 00:00"))
        assert make.planned(course, 1) == ["overdue/sms"]
        assert len(make.planned(course, 2)) == 5

    def test_a_schedule_made_shorter_asks_nobody_to_rebook_what_is_gone(self) -> None:
        course = make.planned_schedule(visits=2)
        sweeps.mark_overdue(now=ny("2026-07-19 00:00"))
        assert CoordinatorTask.objects.filter(done_at__isnull=True).count() == 2
        Schedule.objects.update(number_of_visits=1)
        make.plan(course, now=ny("2026-07-19 09:00"))
        assert make.visit(course, 2).status == "cancelled"
        (task,) = CoordinatorTask.objects.filter(done_at__isnull=True)
        assert task.key.startswith(f"overdue_visit:{make.visit(course, 1).pk}:")

    def test_an_overdue_visit_that_planning_moves_ahead_is_in_time_again(self) -> None:
        course = make.planned_schedule(visits=2)
        sweeps.mark_overdue(now=ny("2026-06-21 00:00"))
        Schedule.objects.update(first_visit_on=ny("2026-06-29 09:30").date())
        make.plan(course, now=ny("2026-06-21 09:00"))
        assert make.visit(course).status == "planned"
        assert not CoordinatorTask.objects.filter(done_at__isnull=True).exists()
        assert "overdue/sms" not in make.planned(course, 1)


@pytest.mark.parametrize(
    ("sweep", "index"),
    [
        (lambda: sweeps.mark_overdue(now=NOW), "visit_going_overdue"),
        (lambda: sweeps.extend_horizons(now=NOW), "schedule_to_extend"),
        (lambda: tasks.release.release_due(now=NOW), "reminder_due"),
    ],
)
def test_each_sweep_has_its_index(sweep: object, index: str) -> None:
    """SQLite names the index it will use; PostgreSQL prefers to scan what is nearly empty."""
    if connection.vendor != "sqlite":
        pytest.skip("plans of nearly empty tables say nothing on PostgreSQL; see benchmarks/due.py")
    with CaptureQueriesContext(connection) as queries:
        sweep()  # type: ignore[operator]
    selects = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {selects[0]}")
        plan = " ".join(str(column) for row in cursor.fetchall() for column in row)
    assert index in plan
    assert PlannedReminder.objects.count() == 0
