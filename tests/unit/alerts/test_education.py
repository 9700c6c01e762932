"""Warnings to patients: the occasions that are wanted, what changes when care changes, and the last look."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain import education
from alerts.domain.education import Existing, Fact, Learner, Lesson, Occasion
from alerts.domain.warning_words import (
    REASON_LABELS,
    WARNING_MOVES,
    Anchor,
    Audience,
    WarningReason,
    WarningState,
)
from patients.domain.care import CareKind, DrugClass
from patients.domain.profile import PatientStatus

NEW_YORK = ZoneInfo("America/New_York")
#: Wednesday, 12:00 in New York.
NOW = datetime(2026, 6, 10, 16, tzinfo=UTC)
TODAY = date(2026, 6, 10)
DAY = timedelta(days=1)


def learner(*facts: Fact, **changes: Any) -> Learner:
    plain: dict[str, Any] = {
        "status": PatientStatus.ACTIVE,
        "enrolled_on": TODAY,
        "zone": NEW_YORK,
        "spine": False,
        "facts": facts,
    }
    return Learner(**plain | changes)


def dose(on: date, key: str = "schedule:1/1", drug_class: str = DrugClass.DENOSUMAB) -> Fact:
    return Fact(key, CareKind.DOSE_GIVEN, drug_class, on)


def started(on: date, drug_class: str = DrugClass.GNRH) -> Fact:
    return Fact("schedule:9/start", CareKind.TREATMENT_STARTED, drug_class, on)


def said(who: Learner, *lessons: Lesson, now: datetime = NOW, ahead: timedelta = 60 * DAY) -> list[tuple[str, str]]:
    """Occasions, with the time that her clock shows."""
    found = education.wanted(who, lessons, now=now, until=now + ahead)
    return [(one.occasion, f"{one.send_at.astimezone(who.zone):%m-%d %H:%M}") for one in found]


ONCE = Lesson(rule_id=1, after_days=1)
AFTER_DOSE = Lesson(
    rule_id=2, audience=Audience.TREATED, drug_class=DrugClass.DENOSUMAB, anchor=Anchor.DOSE, after_days=3
)
FIRST_WEEKS = Lesson(
    rule_id=3,
    audience=Audience.TREATED,
    drug_class=DrugClass.GNRH,
    anchor=Anchor.START,
    after_days=1,
    every_weeks=1,
    for_weeks=4,
)


class TestOccasions:
    """What is wanted, and when."""

    def test_on_enrolment_it_is_said_once(self) -> None:
        assert said(learner(), ONCE) == [("enrolment/0", "06-11 10:00")]

    def test_every_so_many_weeks_it_goes_on_within_the_horizon(self) -> None:
        found = said(learner(), Lesson(rule_id=1, every_weeks=4))
        assert found == [("enrolment/0", "06-10 10:00"), ("enrolment/1", "07-08 10:00"), ("enrolment/2", "08-05 10:00")]

    def test_who_enrolled_years_ago_is_told_from_the_present_turn_on(self) -> None:
        found = said(learner(enrolled_on=date(2020, 1, 2)), Lesson(rule_id=1, every_weeks=8))
        assert found == [("enrolment/42", "06-11 10:00"), ("enrolment/43", "08-06 10:00")]

    def test_after_each_dose_it_names_the_dose(self) -> None:
        who = learner(dose(date(2026, 6, 9)), dose(date(2026, 6, 8), key="schedule:1/2"))
        assert said(who, AFTER_DOSE) == [("schedule:1/2/0", "06-11 10:00"), ("schedule:1/1/0", "06-12 10:00")]

    def test_only_the_first_doses_where_the_rule_says_so(self) -> None:
        lesson = Lesson(rule_id=2, drug_class=DrugClass.DENOSUMAB, anchor=Anchor.DOSE, first_doses=1)
        who = learner(dose(date(2026, 6, 9)), dose(date(2026, 6, 10), key="schedule:1/2"))
        assert said(who, lesson) == [("schedule:1/1/0", "06-09 10:00")]

    def test_doses_of_another_class_and_starts_are_no_doses(self) -> None:
        who = learner(dose(TODAY, drug_class=DrugClass.BISPHOSPHONATE), started(TODAY, DrugClass.DENOSUMAB))
        assert said(who, AFTER_DOSE) == []

    def test_in_the_first_weeks_after_a_start_it_is_said_weekly_and_then_ends(self) -> None:
        who = learner(started(TODAY))
        assert [day for _, day in said(who, FIRST_WEEKS)] == [
            "06-11 10:00",
            "06-18 10:00",
            "06-25 10:00",
            "07-02 10:00",
        ]

    def test_a_start_that_is_still_to_come_is_prepared_for(self) -> None:
        assert said(learner(started(date(2026, 7, 1))), FIRST_WEEKS)[0] == ("schedule:9/start/0", "07-02 10:00")

    def test_what_would_come_too_late_is_not_wanted(self) -> None:
        assert said(learner(dose(date(2026, 6, 1))), AFTER_DOSE) == []

    def test_the_spine_is_asked_for(self) -> None:
        lesson = Lesson(rule_id=1, audience=Audience.SPINE)
        assert said(learner(), lesson) == []
        assert said(learner(spine=True), lesson) != []

    @pytest.mark.parametrize(("weeks_ago", "is_told"), [(1, True), (28, True), (29, False)])
    def test_under_a_treatment_is_who_had_a_dose_within_half_a_year(self, weeks_ago: int, is_told: bool) -> None:  # noqa: FBT001
        lesson = Lesson(rule_id=1, audience=Audience.TREATED, drug_class=DrugClass.DENOSUMAB, after_days=1)
        assert bool(said(learner(dose(TODAY - timedelta(weeks=weeks_ago))), lesson)) is is_told

    @pytest.mark.parametrize("status", [status for status in PatientStatus if status != PatientStatus.ACTIVE])
    def test_only_an_active_patient_is_taught(self, status: PatientStatus) -> None:
        assert said(learner(status=status), ONCE) == []

    def test_the_time_is_that_of_her_own_clock_over_a_clock_change(self) -> None:
        who = learner(enrolled_on=date(2026, 10, 28))
        found = said(who, Lesson(rule_id=1, every_weeks=1), now=datetime(2026, 10, 28, 12, tzinfo=UTC), ahead=10 * DAY)
        assert [day for _, day in found] == ["10-28 10:00", "11-04 10:00"]

    @given(
        every=st.none() | st.integers(1, 12),
        weeks=st.none() | st.integers(1, 12),
        after=st.integers(0, 60),
        lasts=st.integers(1, 30),
        enrolled=st.dates(date(2019, 1, 1), date(2027, 1, 1)),
        clock=st.times(),
        zone=st.sampled_from(["America/New_York", "Pacific/Apia", "Australia/Lord_Howe", "UTC"]),
    )
    def test_whatever_the_rule_every_fresh_occasion_is_found_and_no_other(
        self, every: int | None, weeks: int | None, after: int, lasts: int, enrolled: date, clock: time, zone: str
    ) -> None:
        lesson = Lesson(
            rule_id=1, after_days=after, every_weeks=every, for_weeks=weeks if every else None, expires_days=lasts,
            at_time=clock,
        )  # fmt: skip
        who = learner(enrolled_on=enrolled, zone=ZoneInfo(zone))
        found = education.wanted(who, [lesson], now=NOW, until=NOW + 60 * DAY)
        assert all(one.expires_at > NOW and one.send_at < NOW + 60 * DAY for one in found)
        numbers = {int(one.occasion.split("/")[1]) for one in found}
        # By brute force, day by day.
        steps = range(0, 1 if not every else min(500, lesson.for_weeks or 500), every or 1)
        naive = {
            number
            for number, week in enumerate(steps)
            if NOW - lasts * DAY + 2 * DAY
            < datetime.combine(enrolled + timedelta(days=after, weeks=week), clock, tzinfo=UTC)
            < NOW + 58 * DAY
        }
        assert naive <= numbers


class TestWhatChanges:
    """Rows that are there are held against what is wanted now."""

    LESSONS = (ONCE, AFTER_DOSE)

    def compared(self, who: Learner, *there: Existing, lessons: tuple[Lesson, ...] = LESSONS) -> education.Difference:
        found = education.wanted(who, lessons, now=NOW, until=NOW + 60 * DAY)
        return education.compare(found, there, who, lessons, now=NOW)

    def row(self, one: Occasion, pk: int = 1, **changes: Any) -> Existing:
        plain: dict[str, Any] = {"send_at": one.send_at, "expires_at": one.expires_at, "waits": True}
        return Existing(id=pk, rule_id=one.rule_id, occasion=one.occasion, **plain | changes)

    def planned(self, who: Learner) -> list[Existing]:
        found = education.wanted(who, self.LESSONS, now=NOW, until=NOW + 60 * DAY)
        return [self.row(one, pk) for pk, one in enumerate(found, 1)]

    def test_the_second_time_there_is_nothing_to_do(self) -> None:
        who = learner(dose(TODAY))
        assert self.compared(who, *self.planned(who)) == education.Difference((), ())

    def test_a_dose_that_was_taken_back_takes_its_warning_along(self) -> None:
        who = learner(dose(TODAY))
        assert self.compared(learner(), *self.planned(who)).cancel == ((2, WarningReason.NOT_FOR_HER),)
        others = learner(dose(TODAY - 100 * DAY, key="schedule:1/0"))
        assert self.compared(others, *self.planned(who)).cancel == ((2, WarningReason.TAKEN_BACK),)

    def test_a_dose_that_was_moved_moves_its_warning(self) -> None:
        there = self.planned(learner(dose(TODAY)))
        difference = self.compared(learner(dose(TODAY + DAY)), *there)
        assert difference.cancel == ((2, WarningReason.TAKEN_BACK),)
        assert [one.occasion for one in difference.add] == ["schedule:1/1/0"]

    def test_what_has_left_is_not_said_a_second_time(self) -> None:
        (sent,) = (row for row in self.planned(learner(dose(TODAY))) if row.rule_id == 2)
        sent = Existing(**{name: getattr(sent, name) for name in sent.__slots__} | {"waits": False})
        moved = self.compared(learner(dose(TODAY + DAY)), sent)
        assert 2 not in {one.rule_id for one in moved.add}

    @pytest.mark.parametrize("status", list(education.STATUS_REASONS))
    def test_who_is_gone_is_taught_no_more_and_it_says_why(self, status: PatientStatus) -> None:
        there = self.planned(learner())
        assert self.compared(learner(status=status), *there).cancel == ((1, education.STATUS_REASONS[status]),)

    def test_a_rule_that_was_switched_off_takes_its_rows_back(self) -> None:
        there = self.planned(learner())
        assert self.compared(learner(), *there, lessons=()).cancel == ((1, WarningReason.RULE_CHANGED),)

    def test_what_has_become_stale_is_left_for_the_release_to_tell(self) -> None:
        old = Existing(
            id=1, rule_id=1, occasion="enrolment/0", send_at=NOW - 5 * DAY, expires_at=NOW - 2 * DAY, waits=True
        )
        assert self.compared(learner(enrolled_on=TODAY - 6 * DAY), old) == education.Difference((), ())


def test_every_reason_has_words() -> None:
    assert set(REASON_LABELS) == set(WarningReason)
    assert all(reason.label.endswith(".") for reason in WarningReason)


def test_what_is_settled_never_moves_again() -> None:
    assert WARNING_MOVES[WarningState.PLANNED] == frozenset(WarningState) - {WarningState.PLANNED}
    # Released, it goes back to wait for another contact where its message reached nobody.
    assert WARNING_MOVES[WarningState.RELEASED] == {WarningState.PLANNED}
    assert not WARNING_MOVES[WarningState.SKIPPED] | WARNING_MOVES[WarningState.CANCELLED]
