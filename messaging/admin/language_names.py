"""What languages are called, for staff: by the tables of the world's languages, not by a list of ours."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale, UnknownLocaleError


@lru_cache(maxsize=100)
def language_name(code: str) -> str:
    """`Spanish`; the code itself where nobody has named it."""
    try:
        return Locale.parse(code, sep="-").get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code
