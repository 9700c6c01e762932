"""Planning on real databases: what appears, what moves, what goes and why, and that twice is once."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import CoordinatorTask, Patient
from reminders.domain.offsets import Elapsed, Offset, WallTime
from reminders.domain.words import ReminderState, VisitStatus
from reminders.models import PlannedReminder, ReminderRule, Schedule, Visit
from tests.support import builders as make
from tests.support.builders import DAY, NOW, ny

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ladder(db: None) -> None:
    make.ladder()


def state(of: Any) -> tuple[list[Any], list[Any]]:
    """Every row of a plan, as plain values."""
    visits = Visit.objects.filter(schedule=of).order_by("pk").values()
    return list(visits), list(PlannedReminder.objects.filter(visit__schedule=of).order_by("pk").values())


class TestPlanning:
    """A schedule comes to visits and reminders."""

    def test_visits_fall_every_four_weeks_by_the_patients_clock(self) -> None:
        course = make.planned_schedule()
        visits = list(course.visits.order_by("number"))
        assert [f"{v.on} {v.clock:%H:%M}" for v in visits][:3] == [
            "2026-06-17 09:30",
            "2026-07-15 09:30",
            "2026-08-12 09:30",
        ]
        assert visits[0].at == ny("2026-06-17 09:30")
        assert visits[0].late_until == ny("2026-06-21 00:00")

    def test_each_visit_has_its_ladder(self) -> None:
        course = make.planned_schedule()
        expected = ["confirm/sms", "day_before/email", "day_before/sms", "two_hours/sms", "how_are_you/sms"]
        assert make.planned(course, 1) == expected
        assert make.planned(course, 3) == expected
        by_code = {row.rule.code: row for row in make.reminders(course, visit__number=1)}
        assert by_code["confirm"].send_at == ny("2026-06-15 10:00")
        assert by_code["day_before"].send_at == by_code["day_before"].due_at == ny("2026-06-16 09:00")
        assert by_code["day_before"].expires_at == ny("2026-06-16 21:00")
        assert by_code["two_hours"].send_at == ny("2026-06-17 07:30")
        assert by_code["two_hours"].expires_at == ny("2026-06-17 09:30")
        assert by_code["how_are_you"].send_at == ny("2026-06-18 10:00")

    def test_twice_is_once(self) -> None:
        course = make.schedule()
        first = make.plan(course)
        assert (first.visits_added, first.reminders_added) == (5, 25)
        before = state(course)
        assert not make.plan(course).changed
        assert not make.plan(course, now=NOW + timedelta(hours=5)).changed
        assert state(course) == before

    def test_the_horizon_is_rolled_on(self) -> None:
        course = make.planned_schedule()
        course.refresh_from_db()
        assert course.visits.count() == 5
        assert course.planned_until == (NOW + 120 * DAY).date()
        assert make.plan(course, now=NOW + 40 * DAY).visits_added == 1
        assert not make.plan(course, now=NOW + 41 * DAY).changed

    def test_a_schedule_saved_the_evening_before_sends_no_salvo(self) -> None:
        course = make.planned_schedule(first="2026-06-17 09:30", now=ny("2026-06-16 20:00"))
        assert make.planned(course, 1) == ["day_before/email", "day_before/sms", "two_hours/sms", "how_are_you/sms"]

    def test_many_schedules_cost_no_more_queries_than_few(self) -> None:
        counts = []
        for many in (2, 12):
            courses = [make.schedule(make.patient()) for _ in range(many)]
            with CaptureQueriesContext(connection) as queries:
                make.plan(*courses)
            counts.append(len(queries))
        # A little room: SQLite takes so many values in one statement and no more.
        assert counts[1] <= counts[0] + 4

    def test_nothing_to_plan_is_no_error(self) -> None:
        assert not make.plan().changed


class TestRules:
    """The ladder may change at any time."""

    def test_a_treatments_own_rule_takes_the_place_of_its_routes(self) -> None:
        drug = make.treatment()
        make.rule("day_before", WallTime(-1, time(17)), treatment=drug)
        own = make.planned_schedule()
        other = make.planned_schedule(make.patient(), treatment=make.treatment("other"))
        times = {
            course: [f"{r.send_at.astimezone(make.NEW_YORK):%H:%M}" for r in self.day_before(course)]
            for course in (own, other)
        }
        assert times == {own: ["17:00"], other: ["09:00", "09:00"]}

    def test_a_treatments_own_rule_switched_off_silences_its_routes(self) -> None:
        drug = make.treatment()
        make.rule("day_before", WallTime(-1, time(17)), treatment=drug, is_active=False)
        assert self.day_before(make.planned_schedule()) == []

    def test_a_rule_edited_is_planned_anew(self) -> None:
        course = make.planned_schedule()
        ReminderRule.objects.filter(code="day_before").update(offset_time=time(12), channels=["sms"])
        report = make.plan(course)
        assert (report.reminders_added, report.reminders_cancelled) == (5, 10)
        gone = make.reminders(course, rule__code="day_before", state="cancelled")
        assert {row.reason for row in gone} == {"rule_changed"}
        assert all(row.settled_at == NOW for row in gone)
        assert [row.send_at for row in self.day_before(course)] == [ny("2026-06-16 12:00")]
        assert not make.plan(course).changed

    def test_a_rule_switched_off_is_taken_away(self) -> None:
        course = make.planned_schedule()
        ReminderRule.objects.filter(code="two_hours").update(is_active=False)
        make.plan(course)
        assert "two_hours/sms" not in make.planned(course)
        assert make.reasons(course) == {"rule_changed"}

    def test_a_new_rule_joins(self) -> None:
        course = make.planned_schedule()
        make.rule("week_before", WallTime(-7, time(9)), template="tests_due")
        assert make.plan(course).reminders_added == 5  # of the first visit too: its moment has come this very hour

    @pytest.mark.parametrize(
        ("offset", "field"),
        [
            (Elapsed(timedelta(minutes=-2_000_000_000)), "offset_minutes"),
            (Elapsed(timedelta(days=46)), "offset_minutes"),
            (WallTime(-400, time(9)), "offset_days"),
            (WallTime(46, time(9)), "offset_days"),
        ],
    )
    def test_a_rung_beyond_the_calendar_is_refused(self, offset: Offset, field: str) -> None:
        """One such rule would break planning for every schedule of its route."""
        with pytest.raises(ValidationError) as refusal:
            make.rule("far", offset).full_clean()
        assert list(refusal.value.message_dict) == [field]

    def day_before(self, course: Any) -> list[PlannedReminder]:
        return make.reminders(course, rule__code="day_before", visit__number=1, state=ReminderState.PLANNED)


class TestChanges:
    """What staff change about a schedule or a patient."""

    def test_a_shorter_interval_moves_the_visits_and_their_reminders(self) -> None:
        course = make.planned_schedule()
        Schedule.objects.filter(pk=course.pk).update(interval_days=21)
        report = make.plan(course)
        assert report.visits_moved == 4
        assert [str(on) for on in course.visits.order_by("number").values_list("on", flat=True)][1] == "2026-07-08"
        assert make.reasons(course, visit__number=2) == {"visit_moved"}
        assert make.planned(course, 2) == make.planned(course, 1)

    def test_fewer_visits_cancel_the_last_ones(self) -> None:
        course = make.planned_schedule()
        Schedule.objects.filter(pk=course.pk).update(number_of_visits=2)
        assert make.plan(course).visits_cancelled == 3
        assert make.planned(course, 3) == []
        assert make.reasons(course) == {"schedule_changed"}
        assert set(course.visits.filter(number__gt=2).values_list("status", flat=True)) == {VisitStatus.CANCELLED}

    def test_more_visits_again_bring_the_last_ones_back(self) -> None:
        course = make.planned_schedule()
        before = make.planned(course)
        Schedule.objects.filter(pk=course.pk).update(number_of_visits=2)
        make.plan(course)
        Schedule.objects.filter(pk=course.pk).update(number_of_visits=6)
        make.plan(course)
        assert set(course.visits.values_list("status", "status_reason")) == {("planned", "")}
        assert make.planned(course) == before
        assert not make.plan(course).changed

    def test_a_visit_that_a_person_cancelled_stays_cancelled(self) -> None:
        course = make.planned_schedule()
        course.visits.filter(number=3).update(status="cancelled", status_reason="Away")
        Schedule.objects.filter(pk=course.pk).update(number_of_visits=2)
        make.plan(course)
        Schedule.objects.filter(pk=course.pk).update(number_of_visits=6)
        make.plan(course)
        assert list(course.visits.filter(status="cancelled").values_list("number", flat=True)) == [3]

    def test_a_visit_that_moves_loses_its_confirmation(self) -> None:
        course = make.planned_schedule()
        course.visits.filter(number=2).update(confirmed_at=NOW)
        Schedule.objects.filter(pk=course.pk).update(interval_days=21)
        make.plan(course)
        moved = make.visit(course, 2)
        assert moved.confirmed_at is None
        assert moved.sequence == 1
        assert "confirm/sms" in make.planned(course, 2)

    def test_a_patient_who_moves_to_another_zone_keeps_the_clock(self) -> None:
        now = make.real_now()
        course = make.planned_schedule(first=f"{(now + 10 * DAY).date()} 09:30", now=now)
        owner = course.patient
        owner.timezone = "America/Los_Angeles"
        owner.save()
        moved = make.visit(course, 1)
        assert f"{moved.at.astimezone(owner.zone):%Y-%m-%d %H:%M}" == f"{(now + 10 * DAY).date()} 09:30"
        assert (moved.on, moved.clock) == (course.first_visit_on, course.visit_time)
        (rung,) = make.reminders(course, visit__number=1, state="planned", rule__code="confirm")
        assert f"{rung.send_at.astimezone(owner.zone):%H:%M}" == "10:00"

    @pytest.mark.parametrize("status", ["on_hold", "discharged", "deceased"])
    def test_one_save_of_the_patient_takes_everything_away(self, status: str) -> None:
        """As the admin does it: no service is called."""
        now = make.real_now()
        course = make.planned_schedule(first=f"{(now + 10 * DAY).date()} 09:30", now=now)
        owner = Patient.objects.get(pk=course.patient_id)
        owner.status, owner.status_reason = status, "said so"
        owner.save()
        assert make.planned(course) == []
        assert make.reasons(course) == {f"patient_{status}"}

    def test_a_saved_patient_without_a_change_changes_nothing(self) -> None:
        now = make.real_now()
        course = make.planned_schedule(first=f"{(now + 10 * DAY).date()} 09:30", now=now)
        before = state(course)
        Patient.objects.get(pk=course.patient_id).save()
        assert state(course) == before


def test_a_time_chosen_by_hand_that_no_longer_holds_tells_the_coordinator() -> None:
    course = make.planned_schedule()
    chosen = {"on": datetime(2026, 7, 16).date(), "pinned": True, "pinned_after": course.first_visit_on}  # noqa: DTZ001
    course.visits.filter(number=2).update(at=ny("2026-07-16 09:30"), **chosen)
    make.plan(course)
    assert str(make.visit(course, 2).on) == "2026-07-16"
    course.visits.filter(number=1).update(status="given", given_on=datetime(2026, 6, 24).date())  # noqa: DTZ001
    make.plan(course, now=NOW + 15 * DAY)
    moved = make.visit(course, 2)
    assert (str(moved.on), moved.pinned) == ("2026-07-22", False)
    (task,) = CoordinatorTask.objects.all()
    assert task.kind == "visit_conflict"
    assert "2026-07-16" in task.title
    assert "2026-07-22" in task.detail
