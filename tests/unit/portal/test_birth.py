"""Dates of birth as people type them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.birth import read

TODAY = date(2026, 11, 23)


def typed(day: str, month: str, year: str) -> dict[str, str]:
    return {"day": day, "month": month, "year": year}


@pytest.mark.parametrize(
    ("given_date", "days"),
    [
        (typed("9", "3", "1951"), {date(1951, 3, 9)}),
        (typed(" 09 ", "03", "1951"), {date(1951, 3, 9)}),
        (typed("9", "3", "51"), {date(1951, 3, 9)}),
        (typed("9", "3", "15"), {date(1915, 3, 9), date(2015, 3, 9)}),
        (typed("29", "2", "1952"), {date(1952, 2, 29)}),
        (typed("29", "2", "1951"), set()),
        (typed("24", "11", "2026"), set()),
        (typed("9", "March", "1951"), set()),
        (typed("", "", ""), set()),
        ({}, set()),
        (typed("9", "3", "0"), {date(1900, 3, 9), date(2000, 3, 9)}),
    ],
)
def test_it_reads_what_people_type(given_date: dict[str, str], days: set[date]) -> None:
    assert read(given_date, today=TODAY) == days


@given(st.dates(min_value=date(1900, 1, 1), max_value=TODAY))
def test_it_reads_back_every_date_that_is_written_in_full(day: date) -> None:
    assert read(typed(str(day.day), str(day.month), str(day.year)), today=TODAY) == {day}


@given(st.text(), st.text(), st.text())
def test_it_takes_any_text_and_answers_with_at_most_two_days(day: str, month: str, year: str) -> None:
    assert len(read(typed(day, month, year), today=TODAY)) <= 2
