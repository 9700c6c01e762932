"""The public holidays that a clinic keeps, as the kept library knows them, named in the clinic's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays

from patients.models import Clinic

#: Further than this nobody plans, and nobody shows (years in one question).
_MOST_YEARS = 12


def named(clinic: Clinic, first: date, last: date) -> Mapping[date, str]:
    """Each public holiday of `clinic` from `first` to `last` (both included), and what it is called.

    By the clinic's region, or its country where it names none; nothing where the library knows neither. Several
    of one day stand in one name.
    """
    if last < first:
        return {}
    country, _, part = (clinic.holiday_region or clinic.phone_region).partition("-")
    years = range(first.year, min(last.year, first.year + _MOST_YEARS) + 1)
    found: dict[date, str] = {}
    for year in years:
        found |= {day: name for day, name in _of(country, part, year, clinic.default_language) if first <= day <= last}
    return dict(sorted(found.items()))


@lru_cache(maxsize=256)
def _of(country: str, part: str, year: int, language: str) -> tuple[tuple[date, str], ...]:
    try:
        year_of = holidays.country_holidays(country, subdiv=part or None, years=year)
        spoken = _spoken(year_of.supported_languages, language)
        if spoken is not None:
            year_of = holidays.country_holidays(country, subdiv=part or None, years=year, language=spoken)
    except NotImplementedError:
        # A country or part that the library does not know: stored before it was checked, or dropped by the library.
        return ()
    return tuple(year_of.items())


def _spoken(known: tuple[str, ...] | list[str], language: str) -> str | None:
    """The library's name for `language`, where it has names in it."""
    asked = language.replace("-", "_")
    fitting = [name for name in known if name == asked or name.split("_")[0] == asked.split("_")[0]]
    return min(fitting, key=lambda name: (name != asked, name)) if fitting else None
