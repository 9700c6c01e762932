"""What somebody is told of a course before it is saved: each rule by itself, with the days that it is about."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reminders.domain.schedule_warnings import Dose, Facts, Planned, Topic, Warning, warnings

NEW_YORK = ZoneInfo("America/New_York")
WEDNESDAY, CHRISTMAS, SATURDAY = date(2026, 12, 2), date(2026, 12, 25), date(2026, 12, 5)


def told(*days: date, clock: str = "09:30", **changes: Any) -> list[Warning]:
    visits = [
        Planned(number=number, wall=datetime.fromisoformat(f"{day} {clock}")) for number, day in enumerate(days, 1)
    ]
    plain: dict[str, Any] = {"visits": visits, "zone": NEW_YORK, "holidays": {}}
    return warnings(Facts(**plain | changes))


def dose(on: date, **changes: Any) -> Dose:
    plain: dict[str, Any] = {"on": on, "name": "Other", "given": True, "akin": True, "gap_days": 21}
    return Dose(**plain | changes)


def test_of_a_plain_course_nothing_is_told() -> None:
    assert told(WEDNESDAY) == []


def test_a_public_holiday_and_a_weekend_are_named_once_with_their_days() -> None:
    found = told(SATURDAY, CHRISTMAS, holidays={CHRISTMAS: "Christmas Day"})
    assert [(one.topic, one.days, one.name) for one in found] == [
        (Topic.HOLIDAY, (CHRISTMAS,), "Christmas Day"),
        (Topic.WEEKEND, (SATURDAY,), ""),
    ]


def test_what_is_taken_at_home_knows_neither_holidays_nor_weekends() -> None:
    assert told(SATURDAY, CHRISTMAS, holidays={CHRISTMAS: "Christmas Day"}, attended=False) == []


@pytest.mark.parametrize(("day", "early"), [(11, False), (12, True)])
def test_a_dose_of_the_same_kind_before_it_needs_the_gap(day: int, early: object) -> None:
    found = told(WEDNESDAY, others=[dose(date(2026, 11, day))], gap_days=21)
    assert [(one.topic, one.other) for one in found] == ([(Topic.GAP, date(2026, 11, day))] if early else [])


def test_a_dose_after_it_needs_its_own_gap() -> None:
    found = told(WEDNESDAY, others=[dose(date(2026, 12, 20), given=False)], gap_days=1)
    assert [(one.topic, one.number) for one in found] == [(Topic.GAP, 21)]


def test_another_kind_of_treatment_needs_no_gap_but_shares_the_day() -> None:
    found = told(WEDNESDAY, others=[dose(WEDNESDAY, akin=False, given=False)], gap_days=21)
    assert [(one.topic, one.days, one.name) for one in found] == [(Topic.SAME_DAY, (WEDNESDAY,), "Other")]


def test_doses_given_count_towards_the_maximum() -> None:
    found = told(WEDNESDAY, CHRISTMAS, maximum=5, given=4)
    assert [(one.topic, one.days, one.number) for one in found] == [(Topic.MAXIMUM, (CHRISTMAS,), 5)]


@pytest.mark.parametrize(
    ("checked", "topic"),
    [(None, Topic.DENTAL_MISSING), (date(2026, 5, 1), Topic.DENTAL_OLD), (date(2026, 11, 1), None)],
)
def test_the_dentist_comes_first_where_the_treatment_says_so(checked: date | None, topic: Topic | None) -> None:
    found = told(WEDNESDAY, dentist=True, dental_on=checked, dental_days=196)
    assert [one.topic for one in found] == ([topic] if topic else [])


def test_a_time_that_clocks_skip_is_told_with_the_time_that_it_becomes() -> None:
    found = told(date(2027, 3, 14), clock="02:30", attended=False)
    assert [(one.topic, f"{one.wall:%H:%M}") for one in found] == [(Topic.CLOCKS, "03:00")]


def test_who_is_away_or_cannot_be_reached_is_told_first() -> None:
    found = told(SATURDAY, patient_away="On hold", unreachable=Topic.NO_CONSENT)
    assert [one.topic for one in found] == [Topic.PATIENT_AWAY, Topic.NO_CONSENT, Topic.WEEKEND]
