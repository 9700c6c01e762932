"""A night without workers, and weeks of anything: what leaves is worded for its day, one text a phone, nothing lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging.domain import wall_time
from messaging.models import Message
from reminders import release
from reminders.domain.offsets import WallTime
from reminders.domain.words import Reason, ReminderState
from reminders.models import PlannedReminder, ReminderRule
from tests.support import builders as make
from tests.support.builders import DAY, HOUR, NEW_YORK, ny

MORNING = ny("2026-06-17 06:00")


def several_a_day(*phones: str) -> None:
    """For each phone a patient with two visits on the 17th and one on the 19th, and the ladder that ships."""
    make.clinic(texts_a_day=1, texts_a_week=3)
    for phone in phones:
        owner = make.patient(phone)
        for number, first in enumerate(("2026-06-17 09:30", "2026-06-17 14:00", "2026-06-19 10:00")):
            make.planned_schedule(owner, treatment=make.treatment(f"t{number}"), visits=1, first=first)


@pytest.mark.django_db
def test_after_twenty_hours_without_workers_each_phone_gets_one_text_that_is_true_that_morning() -> None:
    several_a_day("+12025550201", "+12025550202")
    stopped = MORNING - 20 * HOUR
    release.release_due(now=stopped)
    before = Message.objects.count()
    release.release_due(now=MORNING)
    assert Message.objects.count() == before, "it is night"
    for minutes in range(0, 13 * 60, 20):
        release.release_due(now=MORNING + 2 * HOUR + timedelta(minutes=minutes))
    told = Message.objects.filter(channel="sms", wanted_at__gte=MORNING)
    assert Counter(told.values_list("address", flat=True)) == {"+12025550201": 1, "+12025550202": 1}
    for text in told:
        assert "2 things for today: 9:30 AM, 2:00 PM." in text.body
        assert "tomorrow" not in text.body
    overdue = PlannedReminder.objects.filter(due_at__lte=MORNING + 14 * HOUR)
    assert not overdue.filter(state=ReminderState.PLANNED).exists()
    skipped = PlannedReminder.objects.filter(state=ReminderState.SKIPPED)
    assert skipped.exists()
    assert all(row.reason for row in skipped)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    visits=st.lists(st.tuples(st.integers(3, 16), st.integers(8, 18)), min_size=1, max_size=5),
    rungs=st.lists(
        st.tuples(
            st.integers(-14, -1),
            st.integers(6, 20),
            st.sampled_from(["visit_confirm", "visit_day_before", "visit_two_weeks", "tests_due"]),
        ),
        min_size=1,
        max_size=4,
    ),
    a_day=st.integers(0, 2),
    a_week=st.integers(1, 4),
)
def test_whatever_is_due_a_phone_gets_no_more_than_it_may_and_every_row_says_what_became_of_it(
    visits: list[tuple[int, int]], rungs: list[tuple[int, int, str]], a_day: int, a_week: int
) -> None:
    _empty()
    clinic = make.clinic()
    clinic.texts_a_day, clinic.texts_a_week = a_day, a_week
    clinic.save()
    for number, (days, hour, template) in enumerate(rungs):
        make.rule(f"r{number}", WallTime(days, time(hour)), template=template, expires_minutes=26 * 60)
    for number, (day, hour) in enumerate(visits):
        first = f"{date(2026, 6, 10) + day * DAY} {hour:02}:00"
        make.planned_schedule(
            make.patient(make.PHONE), visits=1, treatment=make.treatment(f"t{number % 2}"), first=first
        )
    for hours in range(0, 20 * 24, 3):
        release.release_due(now=make.NOW + hours * HOUR)
    _within(a_day, a_week)
    for row in PlannedReminder.objects.all():
        assert row.state in (ReminderState.RELEASED, ReminderState.SKIPPED)
        assert (row.message is not None) if row.state == ReminderState.RELEASED else row.reason in _REASONS


_REASONS = {Reason.NO_ROOM, Reason.STALE, Reason.QUIET_HOURS, Reason.VISIT_PASSED}


def _empty() -> None:
    for model in (PlannedReminder, Message):
        model.objects.all().delete()
    ReminderRule.objects.all().delete()


def _within(a_day: int, a_week: int) -> None:
    days: dict[date, int] = defaultdict(int)
    for at in Message.objects.values_list("wanted_at", flat=True):
        assert at is not None
        days[_day(at)] += 1
    for day in days:
        assert days[day] <= a_day
        assert sum(days.get(day + n * DAY, 0) for n in range(7)) <= a_week


def _day(at: datetime) -> date:
    return wall_time.local_date(at, NEW_YORK)
