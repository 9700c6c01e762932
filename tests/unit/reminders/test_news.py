"""What somebody who was told of a visit has to be told now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from patients.domain.profile import PatientStatus
from reminders.domain.news import News, of
from reminders.domain.words import ScheduleStatus, VisitStatus

AT = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
BEFORE = AT - timedelta(days=7)
PLAIN: dict[str, Any] = {
    "patient": PatientStatus.ACTIVE,
    "schedule": ScheduleStatus.ACTIVE,
    "visit": VisitStatus.PLANNED,
    "at": AT,
    "sequence": 1,
    "times": {BEFORE},
    "told": None,
    "told_off": False,
}


@pytest.mark.parametrize(
    ("changes", "news"),
    [
        ({}, News.MOVED),
        ({"times": {BEFORE, AT}}, None),
        ({"times": set(), "told": 2}, None),
        ({"times": set(), "told": 2, "sequence": 2}, News.MOVED),
        ({"visit": VisitStatus.CANCELLED}, News.OFF),
        ({"visit": VisitStatus.CANCELLED, "times": {AT}}, News.OFF),
        ({"visit": VisitStatus.CANCELLED, "told": 3, "told_off": True}, None),
        ({"schedule": ScheduleStatus.CANCELLED}, News.OFF),
        ({"patient": PatientStatus.DISCHARGED}, News.OFF),
        ({"told": 3, "told_off": True}, News.STANDS),
        ({"visit": VisitStatus.GIVEN}, None),
        ({"visit": VisitStatus.MISSED}, None),
        ({"schedule": ScheduleStatus.ON_HOLD}, None),
        ({"patient": PatientStatus.ON_HOLD}, None),
        ({"patient": PatientStatus.DECEASED, "visit": VisitStatus.CANCELLED}, None),
    ],
)
def test_what_there_is_to_tell(changes: dict[str, Any], news: News | None) -> None:
    assert of(**PLAIN | changes) is news
