"""The plan diff tells what planning then does: of a rule, a treatment and a schedule, and writes nothing by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reminders.domain.forecast import Forecast, Kind
from reminders.domain.words import ReminderState
from reminders.forecast import Proposal, forecast
from reminders.models import PlannedReminder, ReminderRule, Schedule, Visit
from reminders.planner import plan_schedules
from tests.support import builders as make

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=90)
Row = tuple[int, str, str, datetime]


@pytest.fixture
def planned() -> Schedule:
    """A course of six, planned with the ladder of five rungs."""
    make.ladder()
    schedule = make.schedule()
    plan_schedules([schedule.pk], now=make.NOW)
    return schedule


def stored() -> Counter[Row]:
    """What would be sent."""
    rows = PlannedReminder.objects.filter(state=ReminderState.PLANNED)
    return Counter(rows.values_list("visit__number", "rule__code", "channel", "send_at"))


def holds(seen: Forecast, change: Callable[[], object]) -> Forecast:
    """Do what was foreseen, plan, and hold the plan against the forecast."""
    before = stored()
    assert stored() == before
    change()
    plan_schedules(Schedule.objects.values_list("pk", flat=True), now=make.NOW)
    after = stored()
    gone = Counter((one.visit, one.rule, one.channel, one.was) for one in seen.messages if one.was)
    come = Counter((one.visit, one.rule, one.channel, one.becomes) for one in seen.messages if one.becomes)
    assert near(before - after) == near(gone)
    assert near(after - before) == near(come)
    # What leaves the 90 days, or comes into them, is told with where it was or will be.
    assert not gone - (before - after)
    assert not come - (after - before)
    return seen


def near(rows: Counter[Row]) -> Counter[Row]:
    """Those within 90 days."""
    return Counter({row: count for row, count in rows.items() if row[3] < make.NOW + DAYS})


def test_a_rule_at_another_hour_moves_its_messages(planned: Schedule) -> None:
    rule = ReminderRule.objects.get(code="day_before")
    rule.offset_time = time(15)
    seen = holds(forecast(Proposal(rule=rule), now=make.NOW), rule.save)
    assert (seen.count(Kind.ADDED), seen.count(Kind.REMOVED)) == (0, 0)
    assert seen.count(Kind.MOVED, "sms") == seen.count(Kind.MOVED, "email") == 3
    assert seen.segments == 0


def test_a_rule_that_is_switched_off_takes_its_messages_away(planned: Schedule) -> None:
    rule = ReminderRule.objects.get(code="confirm")
    rule.is_active = False
    seen = holds(forecast(Proposal(rule=rule), now=make.NOW), rule.save)
    assert (seen.count(Kind.REMOVED), seen.count(Kind.ADDED), seen.segments) == (4, 0, -4)


def test_a_new_rule_adds_messages_with_what_they_are_billed_as(planned: Schedule) -> None:
    old = ReminderRule.objects.get(code="two_hours")
    old.pk, old.code, old.offset_minutes, old._state.adding = None, "four_hours", -240, True
    seen = holds(forecast(Proposal(rule=old), now=make.NOW), old.save)
    assert (seen.count(Kind.ADDED, "sms"), seen.segments, seen.affected) == (3, 3, 1)


def test_a_shorter_interval_moves_visits_and_messages_with_them(planned: Schedule) -> None:
    treatment = planned.treatment
    treatment.interval_days, treatment.minimum_gap_days = 21, 21
    seen = holds(forecast(Proposal(treatment=treatment), now=make.NOW), treatment.save)
    assert seen.visits_of(Kind.MOVED) >= 3
    assert seen.count(Kind.MOVED) > 0


def test_a_schedule_at_another_time_moves_everything(planned: Schedule) -> None:
    planned.visit_time = time(14)
    seen = holds(forecast(Proposal(schedule=planned), now=make.NOW), planned.save)
    assert seen.visits_of(Kind.MOVED) == 3
    assert {one.rule for one in seen.messages} == {"two_hours"}


def test_fewer_visits_take_visits_and_messages_away(planned: Schedule) -> None:
    planned.number_of_visits = 2
    seen = holds(forecast(Proposal(schedule=planned), now=make.NOW), planned.save)
    assert (seen.visits_of(Kind.REMOVED), seen.visits_of(Kind.MOVED)) == (1, 0)


def test_a_new_schedule_shows_all_that_it_will_send() -> None:
    make.ladder()
    new = Schedule(
        patient=make.patient(make.PHONE, make.MAILBOX),
        treatment=make.treatment(),
        first_visit_on=make.ny(make.FIRST).date(),
        visit_time=make.ny(make.FIRST).time(),
        number_of_visits=3,
    )
    seen = holds(forecast(Proposal(schedule=new), now=make.NOW), new.save)
    assert seen.visits_of(Kind.ADDED) == 3
    assert seen.count(Kind.ADDED) == sum(stored().values())


def test_a_change_that_plans_the_same_changes_nothing(planned: Schedule) -> None:
    planned.location = "Room 2"
    assert forecast(Proposal(schedule=planned), now=make.NOW).changes_nothing


def test_it_writes_nothing_and_locks_nothing(planned: Schedule) -> None:
    planned.visit_time = time(14)
    visits = list(Visit.objects.values_list("pk", "at", "sequence"))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        forecast(Proposal(schedule=planned), now=make.NOW)
    assert list(Visit.objects.values_list("pk", "at", "sequence")) == visits
    written = [
        query["sql"]
        for query in asked
        if not query["sql"].startswith(("SELECT", "DECLARE")) or "FOR UPDATE" in query["sql"]
    ]
    assert written == []


def test_of_very_many_schedules_a_share_is_looked_at(planned: Schedule, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        other = make.schedule(make.patient(f"+1202555012{number}"), first="2026-06-17 09:30")
        plan_schedules([other.pk], now=make.NOW)
    rule = ReminderRule.objects.get(code="confirm")
    rule.is_active = False
    whole = forecast(Proposal(rule=rule), now=make.NOW)
    monkeypatch.setattr("reminders.forecast.MOST_SCHEDULES", 2)
    part = forecast(Proposal(rule=rule), now=make.NOW)
    assert (part.share, part.schedules) == (0.5, 4)
    assert part.count(Kind.REMOVED) == whole.count(Kind.REMOVED)
