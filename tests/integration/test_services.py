"""What people do to schedules and visits: each act re-plans at once, and what is wrong by now is taken back."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from messaging.models import Message
from patients import board
from patients.domain.profile import PatientStatus
from patients.models import CoordinatorTask, TaskKind
from reminders import release, services, sweeps
from reminders.domain.words import ScheduleStatus, VisitStatus
from reminders.models import Schedule
from tests.support import builders as make
from tests.support.builders import DAY, NOW, days, ny, open_tasks, waiting

pytestmark = pytest.mark.django_db
DAY_BEFORE = ny("2026-06-16 09:00")
VISIT_DAY = ny("2026-06-17 11:00")
FIRST = date(2026, 6, 17)


@pytest.fixture(autouse=True)
def _ladder(db: None) -> None:
    make.ladder()


@pytest.fixture
def course() -> Schedule:
    """Six infusions from 17 June on, planned."""
    return make.planned_schedule()


def withdrawn() -> set[tuple[str, str]]:
    return set(Message.objects.filter(status="suppressed").values_list("template", "reason"))


class TestADose:
    """The dose of a visit is recorded."""

    def test_on_its_day_it_leaves_the_others_where_they_are(self, course: Schedule) -> None:
        before = days(course)
        services.record_dose(make.visit(course), given_on=FIRST, now=VISIT_DAY)
        given = make.visit(course)
        assert (given.status, given.given_on) == (VisitStatus.GIVEN, FIRST)
        assert days(course) == before
        assert make.planned(course, 1) == ["how_are_you/sms"]

    def test_given_late_it_moves_the_later_visits_and_their_reminders(self, course: Schedule) -> None:
        report = services.record_dose(make.visit(course), given_on=date(2026, 6, 20), now=ny("2026-06-20 12:00"))
        assert days(course)[:3] == ["06-17", "07-18", "08-15"]
        assert report.visits_moved == 4
        (rung,) = make.reminders(course, visit__number=2, rule__code="two_hours", state="planned")
        assert rung.send_at == ny("2026-07-18 07:30")
        assert make.reasons(course, visit__number=2) == {"visit_moved"}
        (after,) = make.reminders(course, visit__number=1, state="planned")
        assert after.send_at == ny("2026-06-21 10:00")

    def test_given_early_it_brings_them_forward(self, course: Schedule) -> None:
        services.record_dose(make.visit(course), given_on=date(2026, 6, 12), now=ny("2026-06-12 12:00"))
        assert days(course)[:2] == ["06-17", "07-10"]
        assert make.planned(course, 1) == ["how_are_you/sms"]
        assert make.reasons(course, visit__number=1) == {"dose_given"}

    def test_what_waits_for_that_visit_is_taken_back(self, course: Schedule) -> None:
        release.release_due(now=DAY_BEFORE)
        assert waiting() == ["visit_day_before", "visit_day_before"]
        services.record_dose(make.visit(course), given_on=date(2026, 6, 16), now=DAY_BEFORE)
        assert waiting() == []
        assert withdrawn() == {("visit_day_before", "The dose was already given.")}

    def test_a_wrong_date_can_be_put_right(self, course: Schedule) -> None:
        services.record_dose(make.visit(course), given_on=FIRST, now=VISIT_DAY + 3 * DAY)
        services.record_dose(make.visit(course), given_on=date(2026, 6, 19), now=VISIT_DAY + 3 * DAY)
        assert days(course)[1] == "07-17"

    def test_recorded_by_mistake_it_is_undone(self, course: Schedule) -> None:
        before, ladder = days(course), make.planned(course, 1)
        services.record_dose(make.visit(course), given_on=date(2026, 6, 10), now=NOW)
        services.undo_dose(make.visit(course), now=NOW)
        assert make.visit(course).status == VisitStatus.PLANNED
        assert days(course) == before
        assert make.planned(course, 1) == ladder

    def test_recorded_a_little_late_the_question_how_it_went_is_asked_after_all(self, course: Schedule) -> None:
        """The rung is due at 10:00, and the nurse writes at 11:00 what was given yesterday."""
        release.release_due(now=ny("2026-06-18 10:00"))
        assert waiting() == []
        services.record_dose(make.visit(course), given_on=FIRST, now=ny("2026-06-18 11:00"))
        release.release_due(now=ny("2026-06-18 11:00"))
        assert waiting() == ["how_are_you"]

    def test_undone_it_takes_back_the_question_how_it_went(self, course: Schedule) -> None:
        services.record_dose(make.visit(course), given_on=FIRST, now=VISIT_DAY)
        release.release_due(now=ny("2026-06-18 10:00"))
        assert waiting() == ["how_are_you"]
        services.undo_dose(make.visit(course), now=ny("2026-06-18 10:00"))
        assert waiting() == []


class TestOverdue:
    """A visit past its late window."""

    def test_it_opens_a_task_and_says_so_to_the_patient(self, course: Schedule) -> None:
        assert sweeps.mark_overdue(now=ny("2026-06-20 23:59")) == 0
        assert sweeps.mark_overdue(now=ny("2026-06-21 00:00")) == 1
        assert sweeps.mark_overdue(now=ny("2026-06-21 00:05")) == 0
        assert make.visit(course).status == VisitStatus.OVERDUE
        (task,) = open_tasks(TaskKind.OVERDUE_VISIT)
        assert task.patient_id == course.patient_id
        (rung,) = make.reminders(course, rule__code="overdue", state="planned")
        assert rung.send_at == ny("2026-06-22 10:00")

    def test_rebooking_closes_it_and_silences_what_spoke_of_it(self, course: Schedule) -> None:
        now = ny("2026-06-22 10:00")
        sweeps.mark_overdue(now=now)
        release.release_due(now=now)
        assert "visit_overdue" in waiting()
        services.move_visit(make.visit(course), on=date(2026, 6, 25), clock=time(14), now=now)
        moved = make.visit(course)
        assert (moved.status, moved.pinned, moved.at) == (VisitStatus.PLANNED, True, ny("2026-06-25 14:00"))
        assert open_tasks(TaskKind.OVERDUE_VISIT) == []
        assert "visit_overdue" not in waiting()
        assert "day_before/sms" in make.planned(course, 1)
        assert days(course)[1] == "07-23", "the next is counted from the new day"

    def test_a_dose_recorded_after_all_closes_it(self, course: Schedule) -> None:
        now = ny("2026-06-22 09:00")
        sweeps.mark_overdue(now=now)
        services.record_dose(make.visit(course), given_on=FIRST, now=now)
        (task,) = CoordinatorTask.objects.all()
        assert task.done_at == now
        assert "2026-06-17" in task.outcome
        assert make.reasons(course, rule__code="overdue") == {"dose_given"}

    def test_a_rebooked_visit_may_become_overdue_again(self, course: Schedule) -> None:
        now = ny("2026-06-22 09:00")
        sweeps.mark_overdue(now=now)
        services.move_visit(make.visit(course), on=date(2026, 6, 25), clock=time(14), now=now)
        assert sweeps.mark_overdue(now=ny("2026-06-29 00:00")) == 1
        assert len(open_tasks(TaskKind.OVERDUE_VISIT)) == 1

    @pytest.mark.parametrize("silence", ["patient", "schedule"])
    def test_nobody_is_asked_to_rebook_what_is_on_hold(self, course: Schedule, silence: str) -> None:
        if silence == "patient":
            services.set_patient_status(course.patient, status=PatientStatus.ON_HOLD, reason="ward", now=NOW)
        else:
            services.hold_schedule(course, reason="low calcium", now=NOW)
        assert sweeps.mark_overdue(now=ny("2026-06-30 00:00")) == 0

    def test_tablets_are_never_overdue(self) -> None:
        tablets = make.treatment("tab", route="tablet", interval_days=1, minimum_gap_days=1, tracks_doses=False)
        make.planned_schedule(make.patient(), treatment=tablets, visits=None)
        assert sweeps.mark_overdue(now=NOW + 90 * DAY) == 0


class TestSilence:
    """Hold, resume, cancel, discharge, death."""

    def test_a_hold_takes_away_what_is_planned_and_what_waits(self, course: Schedule) -> None:
        release.release_due(now=DAY_BEFORE)
        services.hold_schedule(course, reason="Low calcium", now=DAY_BEFORE)
        assert make.planned(course) == []
        assert waiting() == []
        assert "schedule_on_hold" in make.reasons(course)
        assert ("visit_day_before", "The schedule is on hold.") in withdrawn()
        course.refresh_from_db()
        assert (course.status, course.status_reason) == (ScheduleStatus.ON_HOLD, "Low calcium")

    def test_resumed_it_is_planned_again(self, course: Schedule) -> None:
        before = make.planned(course)
        services.hold_schedule(course, reason="Low calcium", now=NOW)
        services.resume_schedule(course, now=NOW + timedelta(hours=1))
        assert make.planned(course) == before

    def test_resumed_at_once_it_sends_what_was_taken_back(self, course: Schedule) -> None:
        """Held and resumed while the day-before reminder waited: the patient must still hear of tomorrow."""
        release.release_due(now=DAY_BEFORE)
        services.hold_schedule(course, reason="wrong patient", now=DAY_BEFORE)
        services.resume_schedule(course, now=DAY_BEFORE)
        release.release_due(now=DAY_BEFORE)
        assert waiting() == ["visit_day_before", "visit_day_before"]

    def test_a_cancelled_schedule_is_over(self, course: Schedule) -> None:
        sweeps.mark_overdue(now=ny("2026-06-22 09:00"))
        services.cancel_schedule(course, reason="Changed to tablets", now=ny("2026-06-22 09:00"))
        assert make.planned(course) == []
        assert "schedule_cancelled" in make.reasons(course)
        assert set(course.visits.values_list("status", "status_reason")) == {("cancelled", "Changed to tablets")}
        assert open_tasks(TaskKind.OVERDUE_VISIT) == [], "nobody is asked to rebook what was cancelled"
        assert not make.plan(course, now=NOW + 30 * DAY).changed

    @pytest.mark.parametrize("status", [PatientStatus.ON_HOLD, PatientStatus.DISCHARGED, PatientStatus.DECEASED])
    def test_a_patients_status_silences_every_schedule(self, course: Schedule, status: PatientStatus) -> None:
        other = make.planned_schedule(course.patient, treatment=make.treatment("other"))
        release.release_due(now=DAY_BEFORE)
        services.set_patient_status(course.patient, status=status, reason="told by the family", now=DAY_BEFORE)
        assert make.planned(course) == make.planned(other) == []
        assert waiting() == []
        assert f"patient_{status}" in make.reasons(course) & make.reasons(other)
        assert all(row.settled_at == DAY_BEFORE for row in make.reminders(other, state="cancelled"))

    def test_back_from_the_ward_the_plan_returns(self, course: Schedule) -> None:
        before = make.planned(course)
        services.set_patient_status(course.patient, status=PatientStatus.ON_HOLD, reason="ward", now=NOW)
        services.set_patient_status(course.patient, status=PatientStatus.ACTIVE, reason="", now=NOW)
        assert make.planned(course) == before
        course.patient.refresh_from_db()
        assert course.patient.status_reason == ""

    @pytest.mark.parametrize("status", [PatientStatus.DISCHARGED, PatientStatus.DECEASED])
    def test_nobody_phones_a_patient_who_is_gone(self, course: Schedule, status: PatientStatus) -> None:
        sweeps.mark_overdue(now=ny("2026-06-22 09:00"))
        words = board.draft_task(
            patient_id=course.patient_id, kind=TaskKind.UNREAD_REPLY, key="1", title="Wrote a text", now=NOW
        )
        board.open_tasks([words])
        services.set_patient_status(course.patient, status=status, reason="told by the family", now=VISIT_DAY + 5 * DAY)
        (task,) = CoordinatorTask.objects.filter(kind=TaskKind.OVERDUE_VISIT)
        assert task.done_at == VISIT_DAY + 5 * DAY
        assert task.outcome
        assert len(open_tasks(TaskKind.UNREAD_REPLY)) == 1, "what was written is still to be read"
