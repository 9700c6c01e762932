"""Bulk work: checked with nothing done, started by a person, worked off once whatever dies, every row told of."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from desk.domain.words import JobKind, JobState, RowState
from desk.jobs import engine
from desk.jobs.pausing import reason_of
from desk.models import Job, JobRow
from reminders import services
from reminders.domain.words import ReminderState, ScheduleStatus
from reminders.models import PlannedReminder, Schedule, Visit
from tests.support import builders as b
from tests.support.jobs import asked, done, drafted, told, work

pytestmark = pytest.mark.django_db

EAST, WEST = "East wing", "West wing"
ENDS = b.NOW + timedelta(days=2)
PAUSE: dict[str, Any] = {"location": EAST, "first": "", "last": "", "reason": "Snow", "ends_at": ENDS.isoformat()}
MOVE: dict[str, Any] = {"location": "", "day": "2026-06-17", "to": "2026-06-18"}


@pytest.fixture(autouse=True)
def ladder() -> None:
    """Five rungs."""
    b.ladder()


def wings() -> tuple[Schedule, Schedule]:
    """Two schedules, one in each wing."""
    east = b.planned_schedule(b.patient(b.PHONE), location=EAST)
    return east, b.planned_schedule(b.patient("+12025550112"), location=WEST)


def test_a_draft_says_what_would_be_done_and_does_nothing() -> None:
    east, _ = wings()
    before = list(Visit.objects.order_by("pk").values_list("on", "sequence"))
    job = drafted(JobKind.MOVE_DAY, **MOVE)
    assert told(job) == [(RowState.READY, ""), (RowState.READY, "")]
    assert set(job.rows.values_list("after", flat=True)) == {"Thu 18 Jun 2026, 09:30"}
    assert list(Visit.objects.order_by("pk").values_list("on", "sequence")) == before
    east.refresh_from_db()
    assert east.status == ScheduleStatus.ACTIVE


def test_a_day_is_moved_and_what_the_rules_forbid_is_refused_in_words() -> None:
    east, west = wings()
    job = done(drafted(JobKind.MOVE_DAY, **MOVE))
    assert [state for state, _ in told(job)] == [RowState.DONE, RowState.DONE]
    assert b.visit(east).on == b.visit(west).on == date(2026, 6, 18)

    too_soon = drafted(JobKind.MOVE_DAY, location="", day=str(b.visit(east, 2).on), to="2026-06-25")
    (state, why), *_rest = told(too_soon)
    assert state == RowState.REFUSED
    assert "2026-06-25" in why
    assert "too soon" in why


def test_a_treatment_of_weekdays_is_not_moved_to_a_sunday() -> None:
    b.treatment(weekdays_only=True)
    b.planned_schedule()
    job = drafted(JobKind.MOVE_DAY, location="", day="2026-06-17", to="2026-06-21")
    ((state, why),) = told(job)
    assert state == RowState.REFUSED
    assert "weekend" in why


def test_somebody_who_moved_a_visit_meanwhile_is_left_alone() -> None:
    east, _ = wings()
    job = drafted(JobKind.MOVE_DAY, **{**MOVE, "location": EAST})
    services.move_visit(b.visit(east), on=date(2026, 6, 19), clock=b.visit(east).clock, now=b.NOW)
    done(job)
    ((state, why),) = told(job)
    assert state == RowState.SKIPPED
    assert "Fri 19 Jun 2026" in why
    assert b.visit(east).on == date(2026, 6, 19)


def test_a_pause_holds_its_place_alone_and_ends_by_itself() -> None:
    east, west = wings()
    job = done(drafted(JobKind.PAUSE, **PAUSE))
    east.refresh_from_db()
    west.refresh_from_db()
    assert (east.status, west.status) == (ScheduleStatus.ON_HOLD, ScheduleStatus.ACTIVE)
    assert east.status_reason == reason_of(job)
    planned = PlannedReminder.objects.filter(state=ReminderState.PLANNED)
    assert not planned.filter(visit__schedule=east).exists()

    assert work(ENDS - timedelta(seconds=1)) == 0
    work(ENDS)
    east.refresh_from_db()
    assert east.status == ScheduleStatus.ACTIVE
    assert planned.filter(visit__schedule=east).exists()
    ended = Job.objects.get(follows=job)
    assert ended.state == JobState.DONE


def test_a_pause_of_days_is_about_those_who_come_then() -> None:
    east, _ = wings()
    later = b.planned_schedule(b.patient("+12025550113"), first="2026-06-24 09:30", location=EAST)
    job = drafted(JobKind.PAUSE, **{**PAUSE, "first": "2026-06-16", "last": "2026-06-18"})
    assert list(job.rows.values_list("target", flat=True)) == [east.pk]
    assert later.pk != east.pk


def test_the_end_of_a_pause_leaves_alone_what_somebody_has_decided_about() -> None:
    east, _ = wings()
    job = done(drafted(JobKind.PAUSE, **PAUSE))
    east.refresh_from_db()
    services.hold_schedule(east, reason="Her own wish", now=b.NOW)
    work(ENDS)
    east.refresh_from_db()
    assert (east.status, east.status_reason) == (ScheduleStatus.ON_HOLD, "Her own wish")
    ((state, why),) = told(Job.objects.get(follows=job))
    assert state == RowState.SKIPPED
    assert why


def test_the_end_of_a_pause_cannot_be_called_off_and_can_be_hastened() -> None:
    east, _ = wings()
    job = done(drafted(JobKind.PAUSE, **PAUSE))
    end = Job.objects.get(follows=job)
    assert not engine.call_off(end.pk, now=b.NOW)
    assert engine.hasten(end.pk, now=b.NOW)
    assert not engine.hasten(end.pk, now=b.NOW)
    work(b.NOW)
    east.refresh_from_db()
    assert east.status == ScheduleStatus.ACTIVE


def test_planning_again_brings_back_what_is_missing_and_says_where_nothing_was() -> None:
    east, west = wings()
    PlannedReminder.objects.filter(visit__schedule=east).delete()
    job = done(drafted(JobKind.REPLAN, location="", treatment=None))
    states = dict(job.rows.values_list("target", "state"))
    assert states == {east.pk: RowState.DONE, west.pk: RowState.SKIPPED}
    assert b.planned(east)


def test_a_worker_that_died_is_followed_by_another_and_no_row_is_done_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    wings()
    job = drafted(JobKind.MOVE_DAY, **MOVE)
    engine.start(job.pk, now=b.NOW)
    kind = engine.kind_of(job)
    real, calls = kind.do, []

    def dies_at_the_second(self: Any, job: Job, row: JobRow, *, now: Any) -> str:
        calls.append(row.pk)
        if len(calls) == 2:
            raise SystemExit
        return real(job, row, now=now)

    monkeypatch.setattr(type(kind), "do", dies_at_the_second)
    with pytest.raises(SystemExit):
        work()
    assert [state for state, _ in told(job)] == [RowState.DONE, RowState.READY]
    assert work(b.NOW + engine.LEASE / 2) == 0
    work(b.NOW + engine.LEASE)
    assert [state for state, _ in told(job)] == [RowState.DONE, RowState.DONE]
    assert len(calls) == 3
    assert set(Visit.objects.filter(number=1).values_list("sequence", flat=True)) == {1}


def test_a_row_that_breaks_holds_back_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    wings()
    job = drafted(JobKind.MOVE_DAY, **MOVE)
    kind = engine.kind_of(job)
    real, first = kind.do, job.rows.get(position=1).pk

    def breaks(self: Any, job: Job, row: JobRow, *, now: Any) -> str:
        if row.pk == first:
            raise ZeroDivisionError
        return real(job, row, now=now)

    monkeypatch.setattr(type(kind), "do", breaks)
    done(job)
    assert [state for state, _ in told(job)] == [RowState.FAILED, RowState.DONE]


def test_what_is_called_off_is_not_begun() -> None:
    east, _ = wings()
    job = drafted(JobKind.MOVE_DAY, **MOVE)
    assert engine.call_off(job.pk, now=b.NOW)
    assert not engine.start(job.pk, now=b.NOW)
    assert work() == 0
    assert b.visit(east).on == date(2026, 6, 17)


def test_a_job_is_started_once() -> None:
    wings()
    job = drafted(JobKind.PAUSE, **PAUSE)
    assert [engine.start(job.pk, now=b.NOW), engine.start(job.pk, now=b.NOW)] == [True, False]
    assert Job.objects.filter(follows=job).count() == 1


def test_work_goes_on_where_a_turn_ended() -> None:
    wings()
    job = asked(JobKind.MOVE_DAY, **MOVE)
    taken = engine.claim(now=b.NOW)
    assert taken is not None
    engine.work(taken, clock=lambda: b.NOW, until=b.NOW)
    job.refresh_from_db()
    assert (job.state, job.leased_until) == (JobState.CHECKING, None)
    work()
    job.refresh_from_db()
    assert job.state == JobState.DRAFT


def test_a_visit_that_is_gone_is_refused() -> None:
    job = asked(JobKind.MOVE_DAY, **MOVE)
    row = JobRow(job=job, position=1, target=999_999, subject="nobody")
    with pytest.raises(ValidationError):
        engine.kind_of(job).do(job, row, now=b.NOW)
