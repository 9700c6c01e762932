"""The words of the pages: every language says everything, with the same blanks."""

from __future__ import annotations

import re
import string

import pytest
from django.conf import settings
from textstat import textstat

from portal import language

FIRST, *OTHERS = settings.MESSAGE_LANGUAGES


def every(code: str) -> dict[str, str]:
    return {f"{page}.{name}": text for page, names in language.words(code).items() for name, text in names.items()}


@pytest.mark.parametrize("code", settings.MESSAGE_LANGUAGES)
def test_it_offers_every_language_of_messages_with_its_own_name(code: str) -> None:
    assert code in language.offered()
    assert dict(language.names())[code]


@pytest.mark.parametrize("code", OTHERS)
def test_it_says_in_every_language_what_it_says_in_the_first(code: str) -> None:
    first, other = every(FIRST), every(code)
    assert other.keys() == first.keys()
    for name, text in first.items():
        assert _blanks(other[name]) == _blanks(text), name
        assert other[name].strip(), name


def test_it_has_the_words_that_the_templates_ask_for() -> None:
    known = every(FIRST)
    templates = settings.BASE_DIR / "templates" / "portal"
    asked = {
        name for path in templates.glob("*.html") for name in re.findall(r"say\.(\w+\.\w+)", path.read_text("utf-8"))
    }
    assert len(asked) > 40
    assert asked - known.keys() == set()


@pytest.mark.parametrize("page", ["home", "birth", "closed", "calendar", "preferences", "stop", "symptoms"])
def test_it_is_read_by_who_left_school_early(page: str) -> None:
    text = " ".join(f"{words.rstrip('.:?…')}." for words in language.words("en")[page].values() if " " in words)
    assert textstat.flesch_kincaid_grade(text) <= 8


def test_it_takes_the_first_offered_language_and_never_an_unknown_one() -> None:
    assert language.choose("xx", "", "es", "en") == "es"
    assert language.choose("../../etc") == FIRST


def _blanks(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
