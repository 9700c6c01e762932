"""A treatment that is changed says nothing a second time that a patient has been told already."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from messaging import dispatch
from messaging.domain.delivery import Urgency
from reminders.domain.offsets import WallTime
from reminders.domain.words import Condition, ReminderState
from reminders.models import PlannedReminder, Schedule, Treatment
from reminders.planner import plan_schedules
from reminders.release import release_due
from reminders.sweeps import mark_overdue
from tests.support import builders as make
from tests.support.messages import HandClock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("memory")]


def tell(now: datetime) -> None:
    """What is due leaves."""
    release_due(now=now)
    dispatch.run(Urgency.ORDINARY, clock=HandClock(now), worker="w")


def sent(schedule: Schedule, code: str) -> int:
    rows = PlannedReminder.objects.filter(visit__schedule=schedule, visit__number=1, rule__code=code)
    return rows.filter(state__in=(ReminderState.RELEASED, ReminderState.PLANNED)).count()


def test_a_window_that_changes_does_not_tell_of_an_overdue_visit_again() -> None:
    make.ladder()
    schedule = make.schedule()
    plan_schedules([schedule.pk], now=make.NOW)
    told_at = make.ny("2026-06-22 10:00")
    mark_overdue(now=told_at - timedelta(hours=2))
    tell(told_at)
    assert sent(schedule, "overdue") == 1
    Treatment.objects.update(late_days=4)
    plan_schedules([schedule.pk], now=told_at + timedelta(minutes=5))
    mark_overdue(now=told_at + timedelta(minutes=10))
    assert sent(schedule, "overdue") == 1


def test_a_rung_of_the_treatments_own_does_not_repeat_what_the_routes_rung_has_said() -> None:
    make.ladder()
    schedule = make.schedule()
    plan_schedules([schedule.pk], now=make.NOW)
    told_at = make.ny("2026-06-15 10:00")
    tell(told_at)
    assert sent(schedule, "confirm") == 1
    own = {"condition": Condition.UNCONFIRMED, "template": "visit_confirm", "treatment": schedule.treatment}
    make.rule("confirm", WallTime(-2, make.ny("2026-06-15 10:00").time()), **own)
    plan_schedules([schedule.pk], now=told_at + timedelta(minutes=5))
    assert sent(schedule, "confirm") == 1


def test_a_change_of_route_does_not_repeat_a_rung_of_the_same_name() -> None:
    make.ladder()
    schedule = make.schedule()
    make.rule("confirm", WallTime(-2, make.ny("2026-06-15 10:00").time()), route="injection", template="visit_confirm")
    plan_schedules([schedule.pk], now=make.NOW)
    told_at = make.ny("2026-06-15 10:00")
    tell(told_at)
    Treatment.objects.update(route="injection")
    plan_schedules([schedule.pk], now=told_at + timedelta(minutes=5))
    assert sent(schedule, "confirm") == 1
