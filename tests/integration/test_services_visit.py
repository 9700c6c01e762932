"""What people do to one visit: cancel it, record it as missed, move it, confirm it, ask for another time."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from patients.models import CoordinatorTask, TaskKind
from reminders import release, services
from reminders.domain.words import ReminderState
from reminders.models import Schedule
from tests.support import builders as make
from tests.support.builders import DAY, NOW, days, ny, open_tasks, waiting

pytestmark = pytest.mark.django_db
VISIT_DAY = ny("2026-06-17 11:00")


@pytest.fixture(autouse=True)
def _ladder(db: None) -> None:
    make.ladder()


@pytest.fixture
def course() -> Schedule:
    """Six infusions from 17 June on, planned."""
    return make.planned_schedule()


class TestOneVisit:
    """Cancelled, missed, moved, confirmed."""

    def test_cancelled_it_leaves_the_others(self, course: Schedule) -> None:
        before = days(course)
        services.cancel_visit(make.visit(course, 2), reason="Away", now=NOW)
        assert make.planned(course, 2) == []
        assert make.reasons(course) == {"visit_cancelled"}
        assert days(course) == before
        assert make.planned(course, 3)

    def test_missed_it_is_silent(self, course: Schedule) -> None:
        services.miss_visit(make.visit(course), reason="Did not come", now=VISIT_DAY)
        assert make.planned(course, 1) == []
        assert make.reasons(course, visit__number=1) == {"visit_missed"}

    def test_moved_it_takes_its_reminders_along_and_says_why(self, course: Schedule) -> None:
        services.confirm_visit(make.visit(course), now=NOW)
        services.move_visit(make.visit(course), on=date(2026, 6, 19), clock=time(15), now=NOW)
        moved = make.visit(course)
        assert (moved.confirmed_at, moved.sequence) == (None, 1)
        assert moved.late_until == ny("2026-06-23 00:00")
        gone = make.reminders(course, visit__number=1, state=ReminderState.CANCELLED)
        assert {row.reason for row in gone} == {"confirmed", "visit_moved"}
        (rung,) = make.reminders(course, visit__number=1, rule__code="two_hours", state="planned")
        assert rung.send_at == ny("2026-06-19 13:00")
        assert days(course)[1] == "07-17"

    def test_moved_later_than_the_window_it_stays_there(self, course: Schedule) -> None:
        services.move_visit(make.visit(course, 2), on=date(2026, 8, 3), clock=time(9), now=NOW)
        assert not make.plan(course, now=NOW + DAY).changed
        assert days(course)[1] == "08-03"

    def test_moved_it_closes_the_request_that_asked_for_it(self, course: Schedule) -> None:
        services.request_move(make.visit(course), words="2", now=NOW)
        services.move_visit(make.visit(course), on=date(2026, 6, 19), clock=time(15), now=NOW)
        assert open_tasks(TaskKind.MOVE_REQUEST) == []

    def test_confirmed_it_is_not_asked_again(self, course: Schedule) -> None:
        services.confirm_visit(make.visit(course), now=NOW)
        assert "confirm/sms" not in make.planned(course, 1)
        assert make.reasons(course) == {"confirmed"}
        assert "confirm/sms" in make.planned(course, 2)

    def test_confirmed_it_takes_back_the_question_that_waits(self, course: Schedule) -> None:
        asked = ny("2026-06-15 10:00")
        release.release_due(now=asked)
        assert waiting() == ["visit_confirm"]
        services.confirm_visit(make.visit(course), now=asked)
        assert waiting() == []

    def test_confirmed_after_all_it_closes_the_request(self, course: Schedule) -> None:
        services.request_move(make.visit(course), words="2", now=NOW)
        assert len(open_tasks(TaskKind.MOVE_REQUEST)) == 1
        services.confirm_visit(make.visit(course), now=NOW + DAY)
        assert open_tasks(TaskKind.MOVE_REQUEST) == []
        assert make.visit(course).move_requested_at is None

    def test_a_request_made_again_after_the_first_was_dealt_with_is_heard(self, course: Schedule) -> None:
        services.request_move(make.visit(course), words="2", now=NOW)
        services.request_move(make.visit(course), words="2", now=NOW + timedelta(minutes=5))
        assert len(open_tasks(TaskKind.MOVE_REQUEST)) == 1, "one visit, one task"
        CoordinatorTask.objects.update(done_at=NOW + timedelta(hours=1), outcome="phoned, the time stays")
        services.request_move(make.visit(course), words="2", now=NOW + DAY)
        assert len(open_tasks(TaskKind.MOVE_REQUEST)) == 1
