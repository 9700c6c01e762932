"""A date of birth as people type it: read leniently, compared exactly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

_OLDEST = 1900


def read(typed: Mapping[str, str], *, today: date) -> set[date]:
    """The days that may be meant by `day`, `month` and `year`; none where no day in the past is.

    A year of two digits may be of this century or of the last: both are tried, and that is one try.
    """
    numbers = [_number(typed.get(name, "")) for name in ("day", "month", "year")]
    if None in numbers:
        return set()
    day, month, year = (number or 0 for number in numbers)
    years = (year,) if year >= 100 else (_OLDEST + year, _OLDEST + 100 + year)
    found = (_date(each, month, day) for each in years)
    return {each for each in found if each is not None and each.year >= _OLDEST and each <= today}


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isdecimal() and len(text) <= 4 else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
