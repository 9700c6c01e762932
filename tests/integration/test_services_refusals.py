"""What services and schedules refuse: each refusal names the field and the value, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from patients.domain.profile import PatientStatus
from reminders import services
from reminders.models import Schedule, Visit
from reminders.validation import check_schedule
from tests.support import builders as make
from tests.support.builders import DAY, NOW, ny

pytestmark = pytest.mark.django_db
VISIT_DAY = ny("2026-06-17 12:00")
FIRST = date(2026, 6, 17)


@pytest.fixture
def course() -> Schedule:
    """Six infusions from 17 June on, planned."""
    return make.planned_schedule()


def refused(act: Callable[[], Any]) -> dict[str, str]:
    """Field → words of the refusal."""
    with pytest.raises(ValidationError) as refusal:
        act()
    return {field: " ".join(words) for field, words in refusal.value.message_dict.items()}


def states() -> list[Any]:
    return [*Visit.objects.order_by("pk").values(), *Schedule.objects.order_by("pk").values()]


class TestADose:
    """A date that cannot be."""

    def test_tomorrow(self, course: Schedule) -> None:
        before = states()
        words = refused(lambda: services.record_dose(make.visit(course), given_on=date(2026, 6, 18), now=VISIT_DAY))
        assert "2026-06-18" in words["given_on"]
        assert states() == before

    def test_today_is_the_patients_today(self) -> None:
        east = make.planned_schedule(make.patient(timezone="Pacific/Auckland"))
        late_evening = ny("2026-06-17 20:00")  # the 18th over there
        services.record_dose(make.visit(east), given_on=date(2026, 6, 18), now=late_evening)
        assert make.visit(east).given_on == date(2026, 6, 18)

    def test_while_the_visit_before_it_is_still_to_come(self, course: Schedule) -> None:
        now = VISIT_DAY + 29 * DAY
        services.record_dose(make.visit(course), given_on=date(2026, 7, 10), now=now)
        words = refused(lambda: services.record_dose(make.visit(course, 3), given_on=date(2026, 7, 16), now=now))
        assert "Visit 2 of 2026-08-07 still stands" in words["given_on"]

    def test_before_the_dose_before_it(self, course: Schedule) -> None:
        services.record_dose(make.visit(course), given_on=FIRST, now=VISIT_DAY)
        words = refused(lambda: services.record_dose(make.visit(course, 2), given_on=FIRST, now=VISIT_DAY + 40 * DAY))
        assert "2026-06-17" in words["given_on"]

    def test_after_the_dose_after_it(self, course: Schedule) -> None:
        services.record_dose(make.visit(course, 2), given_on=date(2026, 7, 15), now=ny("2026-07-15 12:00"))
        act = lambda: services.record_dose(make.visit(course), given_on=date(2026, 7, 16), now=ny("2026-07-17 12:00"))  # noqa: E731
        assert "2026-07-15" in refused(act)["given_on"]

    def test_while_the_visit_before_it_still_stands_on_a_later_day(self, course: Schedule) -> None:
        """Recorded at the wrong visit: the right one would come too soon after it."""
        act = lambda: services.record_dose(make.visit(course, 2), given_on=date(2026, 6, 12), now=VISIT_DAY)  # noqa: E731
        assert "2026-06-17" in refused(act)["given_on"]

    def test_long_before_its_day(self, course: Schedule) -> None:
        act = lambda: services.record_dose(make.visit(course), given_on=date(2026, 3, 1), now=VISIT_DAY)  # noqa: E731
        assert "2026-03-01" in refused(act)["given_on"]

    def test_of_a_cancelled_visit(self, course: Schedule) -> None:
        services.cancel_visit(make.visit(course), reason="Away", now=NOW)
        words = refused(lambda: services.record_dose(make.visit(course), given_on=FIRST, now=VISIT_DAY))
        assert "cancelled" in words["status"]

    def test_undone_where_there_is_none(self, course: Schedule) -> None:
        assert "given_on" in refused(lambda: services.undo_dose(make.visit(course), now=NOW))


class TestAMove:
    """A time that cannot be."""

    def move(self, course: Schedule, on: date, clock: time, *, number: int = 1, now: Any = NOW) -> dict[str, str]:
        before = states()
        words = refused(lambda: services.move_visit(make.visit(course, number), on=on, clock=clock, now=now))
        assert states() == before
        return words

    def test_into_the_past(self, course: Schedule) -> None:
        assert "2026-06-10 08:59" in self.move(course, date(2026, 6, 10), time(8, 59))["on"]

    def test_into_the_hour_that_does_not_exist(self) -> None:
        spring = make.planned_schedule(first="2027-03-09 09:30", now=ny("2027-03-01 09:00"))
        words = self.move(spring, date(2027, 3, 14), time(2, 30), now=ny("2027-03-01 09:00"))
        assert "2027-03-14 02:30" in words["clock"]
        assert "America/New_York" in words["clock"]

    def test_too_soon_after_the_dose_before(self, course: Schedule) -> None:
        """No early days and 28 days apart: not before 15 July."""
        words = self.move(course, date(2026, 7, 10), time(9), number=2)
        assert "2026-07-10" in words["on"]
        assert "2026-07-15" in words["on"]

    def test_within_the_early_window_it_is_allowed_down_to_the_minimum_gap(self) -> None:
        course = make.planned_schedule(treatment=make.treatment("early", early_days=14))
        assert "2026-07-08" in self.move(course, date(2026, 7, 7), time(9), number=2)["on"]
        services.move_visit(make.visit(course, 2), on=date(2026, 7, 8), clock=time(9), now=NOW)
        assert make.visit(course, 2).on == date(2026, 7, 8)

    @pytest.mark.parametrize("status", ["missed", "cancelled"])
    def test_but_a_dose_that_was_not_given_is_made_up_for_at_once(self, course: Schedule, status: str) -> None:
        course.visits.filter(number=1).update(status=status, status_reason="No show")
        soon = date(2026, 6, 19)
        services.move_visit(make.visit(course, 2), on=soon, clock=time(9), now=VISIT_DAY)
        make.plan(course, now=VISIT_DAY + DAY)
        assert make.visit(course, 2).on == soon
        assert make.visit(course, 3).on == date(2026, 7, 17)

    def test_too_soon_after_the_dose_before_one_that_was_missed(self, course: Schedule) -> None:
        services.record_dose(make.visit(course), given_on=FIRST, now=VISIT_DAY)
        course.visits.filter(number=2).update(status="missed", status_reason="No show")
        assert "2026-06-17" in self.move(course, date(2026, 7, 7), time(9), number=3, now=VISIT_DAY)["on"]

    @pytest.mark.parametrize("status", ["given", "missed", "cancelled"])
    def test_of_what_is_over(self, course: Schedule, status: str) -> None:
        course.visits.filter(number=1).update(status=status, given_on=FIRST if status == "given" else None)
        assert status in self.move(course, date(2026, 6, 19), time(9))["on"]


class TestStatus:
    """Moves that lead nowhere, and reasons that say nothing."""

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_a_reason_is_needed(self, course: Schedule, reason: str) -> None:
        before = states()
        acts: list[Callable[[], Any]] = [
            lambda: services.hold_schedule(course, reason=reason, now=NOW),
            lambda: services.cancel_schedule(course, reason=reason, now=NOW),
            lambda: services.cancel_visit(make.visit(course), reason=reason, now=NOW),
            lambda: services.miss_visit(make.visit(course), reason=reason, now=VISIT_DAY),
            lambda: services.set_patient_status(course.patient, status=PatientStatus.ON_HOLD, reason=reason, now=NOW),
        ]
        for act in acts:
            assert "reason" in refused(act)
        assert states() == before

    def test_nobody_missed_what_is_still_to_come(self, course: Schedule) -> None:
        assert "status" in refused(lambda: services.miss_visit(make.visit(course), reason="No show", now=NOW))

    def test_only_what_is_on_hold_is_resumed(self, course: Schedule) -> None:
        assert "active" in refused(lambda: services.resume_schedule(course, now=NOW))["status"]

    def test_a_cancelled_schedule_stays_cancelled(self, course: Schedule) -> None:
        services.cancel_schedule(course, reason="Changed", now=NOW)
        stale = Schedule.objects.get(pk=course.pk)
        stale.status = "on_hold"
        assert "cancelled" in refused(lambda: services.resume_schedule(stale, now=NOW))["status"]
        assert "cancelled" in refused(lambda: services.hold_schedule(course, reason="x", now=NOW))["status"]

    def test_what_is_over_needs_no_confirmation(self, course: Schedule) -> None:
        services.record_dose(make.visit(course), given_on=FIRST, now=VISIT_DAY)
        assert "given" in refused(lambda: services.confirm_visit(make.visit(course), now=VISIT_DAY))["status"]


SCHEDULES: list[tuple[dict[str, Any], str, str]] = [
    ({"first": "2026-06-10 08:59"}, "first_visit_on", "2026-06-10 08:59"),
    ({"first": "2027-03-14 02:30"}, "visit_time", "2027-03-14 02:30"),
    ({"interval_days": 0}, "interval_days", "0"),
    ({"interval_days": 20}, "interval_days", "20"),
    ({"visits": 0}, "number_of_visits", "0"),
    ({"visits": 7, "treatment": {"code": "six", "maximum_doses": 6}}, "number_of_visits", "7"),
    ({"visits": 2, "treatment": {"code": "once", "interval_days": None}}, "number_of_visits", "2"),
    ({"treatment": {"code": "old", "is_active": False}}, "treatment", "old"),
    ({"patient": {"status": "deceased", "mrn": "M-9"}}, "patient", "M-9"),
]


@pytest.mark.parametrize(("changes", "field", "value"), SCHEDULES, ids=[f"{f}-{v}" for _, f, v in SCHEDULES])
def test_a_schedule_that_could_not_be_kept_is_refused(changes: dict[str, Any], field: str, value: str) -> None:
    wall = ny(changes.get("first", make.FIRST))
    schedule = Schedule(
        patient=make.patient(**changes.get("patient", {})),
        treatment=make.treatment(**changes.get("treatment", {})),
        first_visit_on=wall.date(),
        visit_time=wall.time(),
        interval_days=changes.get("interval_days"),
        number_of_visits=changes.get("visits", 1),
    )
    words = refused(lambda: check_schedule(schedule, now=NOW))
    assert list(words) == [field]
    assert value in words[field]


def test_a_good_schedule_is_accepted_and_may_be_kept_once_it_has_begun() -> None:
    course = make.schedule()
    check_schedule(course, now=NOW)
    check_schedule(course, now=NOW + 60 * DAY)
    course.first_visit_on = date(2026, 6, 18)
    assert "first_visit_on" in refused(lambda: check_schedule(course, now=NOW + 60 * DAY))
