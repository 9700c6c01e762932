"""Rows about schedules, judged without a database."""

from __future__ import annotations

from datetime import datetime

import pytest

from patients.imports.csv_reading import Row
from patients.imports.report import Rejection
from reminders.imports.schedule_rows import ScheduleRow, judge

GOOD = {
    "mrn": "A1",
    "treatment": "ZOL_q4w",
    "first_visit": "2026-12-01T09:30",
    "interval_days": "28",
    "visits": "6",
    "location": "Infusion, 3rd floor",
}


def rows(*changes: dict[str, str]) -> tuple[list[ScheduleRow], list[Rejection]]:
    return judge([Row(number, GOOD | change) for number, change in enumerate(changes, start=2)])


def test_a_full_row_is_read() -> None:
    good, rejected = rows({})
    assert rejected == []
    assert good == [
        ScheduleRow(
            number=2,
            mrn="A1",
            treatment="zol_q4w",
            first_visit=datetime.fromisoformat("2026-12-01T09:30"),
            interval_days=28,
            visits=6,
            location="Infusion, 3rd floor",
        )
    ]


def test_interval_visits_and_location_may_be_blank() -> None:
    good, rejected = rows({"interval_days": "", "visits": "", "location": "", "first_visit": "2026-12-01 09:30:00"})
    assert rejected == []
    assert (good[0].interval_days, good[0].visits, good[0].location) == (None, None, None)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("mrn", "", "may not be empty"),
        ("treatment", "", "may not be empty"),
        ("first_visit", "", "may not be empty"),
        ("first_visit", "2026-12-01", "not a local date and time"),
        ("first_visit", "12/01/2026 09:30", "'12/01/2026 09:30' is not a local date and time"),
        ("first_visit", "2026-12-01T09:30Z", "names an offset"),
        ("first_visit", "2026-12-01T09:30-05:00", "names an offset"),
        ("first_visit", "2026-02-30T09:30", "There is no date and time '2026-02-30T09:30'"),
        ("first_visit", "2026-12-01T25:00", "There is no date and time"),
        ("interval_days", "0", "0 is too small"),
        ("interval_days", "-28", "-28 is too small"),
        ("interval_days", "28.5", "'28.5' is not a whole number"),
        ("interval_days", "four weeks", "'four weeks' is not a whole number"),
        ("interval_days", "99999", "99999 is too large"),
        ("visits", "0", "0 is too small"),
        ("visits", "1e3", "'1e3' is not a whole number"),
        ("location", "x" * 121, "has 121 characters; 120 fit"),
    ],
)
def test_a_bad_cell_is_named_with_its_value(field: str, value: str, words: str) -> None:
    good, rejected = rows({field: value})
    assert good == []
    assert [(rejection.row, rejection.field) for rejection in rejected] == [(2, field)]
    assert words in rejected[0].error


def test_the_same_schedule_twice_is_refused_naming_both_rows() -> None:
    good, rejected = rows({}, {"treatment": "dmab_q4w"}, {"treatment": "zol_q4w", "visits": "3"})
    assert [row.number for row in good] == [2, 3]
    assert rejected == [Rejection(4, "first_visit", "The same schedule stands on row 2 and on row 4.")]
