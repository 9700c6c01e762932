"""A schedule that is edited while it runs: shortened, lengthened, moved, moved back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from messaging import dispatch
from messaging.channels.memory import Memory
from messaging.domain.delivery import Urgency
from reminders.domain.plan import Existing, Wanted, reconcile
from reminders.domain.words import ReminderState
from reminders.models import Schedule, Visit
from reminders.release import release_due
from reminders.services import cancel_visit, move_visit
from tests.support import builders as b
from tests.support.messages import HandClock

pytestmark = pytest.mark.django_db


def lengths(schedule: Schedule, visits: int | None) -> list[str]:
    schedule.number_of_visits = visits
    schedule.save()
    b.plan(schedule)
    return [row.status for row in Visit.objects.filter(schedule=schedule).order_by("number")]


def test_a_schedule_that_was_shortened_by_mistake_gets_its_visits_and_reminders_back() -> None:
    b.ladder()
    schedule = b.planned_schedule(visits=4)
    before = b.planned(schedule)
    assert lengths(schedule, 2) == ["planned", "planned", "cancelled", "cancelled"]
    assert lengths(schedule, 4) == ["planned"] * 4
    assert b.planned(schedule) == before
    assert not Visit.objects.filter(schedule=schedule).exclude(status_reason="").exists()


def test_a_visit_that_a_person_cancelled_stays_cancelled_when_the_schedule_grows() -> None:
    b.ladder()
    schedule = b.planned_schedule(visits=3)
    cancel_visit(b.visit(schedule, 3), reason="trip", now=b.NOW)
    lengths(schedule, 2)
    assert lengths(schedule, 4) == ["planned", "planned", "cancelled", "planned"]


def tell(now: datetime) -> None:
    """What is due leaves."""
    release_due(now=now)
    dispatch.run(Urgency.ORDINARY, clock=HandClock(now), worker="w")


@pytest.mark.usefixtures("memory")
class TestMovedBack:
    def moved(self, schedule: Schedule, clock: time, now: datetime) -> None:
        move_visit(b.visit(schedule), on=date(2026, 6, 17), clock=clock, now=now)

    def test_a_visit_that_comes_back_to_its_old_time_is_told_of_again(self) -> None:
        """She was last told of the other time; silence would send her there."""
        b.ladder()
        schedule = b.planned_schedule(b.patient(b.PHONE))
        tell(b.ny("2026-06-16 09:00"))  # tomorrow at 9:30
        now = b.ny("2026-06-16 11:00")
        self.moved(schedule, time(14, 30), now)
        tell(now)  # tomorrow at 2:30
        self.moved(schedule, time(9, 30), now)
        tell(now)
        told = [outgoing.body for _, outgoing in Memory.taken]
        assert ["9:30" in text for text in told] == [True, False, True]

    def test_a_visit_that_was_put_back_before_anybody_was_told_is_told_of_once(self) -> None:
        b.ladder()
        schedule = b.planned_schedule(b.patient(b.PHONE))
        tell(b.ny("2026-06-16 09:00"))
        now = b.ny("2026-06-16 11:00")
        self.moved(schedule, time(14, 30), now)
        self.moved(schedule, time(9, 30), now)
        tell(now)
        assert len(Memory.taken) == 1

    def test_planning_again_after_all_that_changes_nothing(self) -> None:
        b.ladder()
        schedule = b.planned_schedule(b.patient(b.PHONE))
        tell(b.ny("2026-06-16 09:00"))
        now = b.ny("2026-06-16 11:00")
        for clock in (time(14, 30), time(9, 30), time(14, 30), time(9, 30)):
            self.moved(schedule, clock, now)
            tell(now)
        assert not b.plan(schedule, now=now).changed
        tell(now)
        assert len(Memory.taken) == 5


def test_how_are_you_is_asked_once_though_the_day_of_the_dose_is_corrected_twice() -> None:
    day = timedelta(days=1)

    def asked(number: int, at: datetime) -> Existing:
        return Existing(
            id=number,
            visit_id=1,
            rule_id=1,
            channel="sms",
            anchor_at=at,
            send_at=at + day,
            expires_at=at + 2 * day,
            state=ReminderState.RELEASED,
            left=True,
        )

    first, other = asked(1, b.NOW), asked(2, b.NOW - day)
    wanted = Wanted(
        visit_id=1, rule_id=1, channel="sms", anchor_at=b.NOW, send_at=b.NOW + day, expires_at=b.NOW + 2 * day
    )
    assert reconcile([wanted], [first, other]).add == ()
