"""The linter at work: holds a wording against our languages, real clinics and places, and a readability library."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from messaging import wordings
from messaging.domain import linter
from messaging.domain.delivery import Channel
from messaging.domain.linter import Finding, House, Key, Text
from messaging.domain.wording import WordingError

with warnings.catch_warnings():
    # It asks setuptools for its word lists in a way that setuptools is giving up; our lock holds one that answers.
    warnings.simplefilter("ignore")
    import textstat

#: Of fewer words no formula says anything.
FEWEST_WORDS = 8
#: Formulas were made for a language each: Flesch and Kincaid's for English, Crawford's for Spanish; both answer in
#: school years. A language without one is not graded, and the linter says nothing of its reading.
_FORMULAS = {"en": "flesch_kincaid_grade", "es": "crawford"}
#: The library keeps its language in one object for the whole process.
_ONE_AT_A_TIME = Lock()


def findings(
    name: str, texts: Mapping[Key, Text], *, worst: Mapping[str, Mapping[str, str]] | None = None, detail: bool = False
) -> list[Finding]:
    """What is wrong with a wording, by the longest values that real clinics and places bring (`worst_values`)."""
    house = House(
        languages=settings.MESSAGE_LANGUAGES, worst=worst_values() if worst is None else worst, grade=grade_of
    )
    return linter.findings(name, texts, house, detail=detail or name.endswith("_detail"))


def of_shipped(name: str) -> list[Finding]:
    """What is wrong with the words that are sent under `name` now."""
    return findings(name, texts_of(name))


def texts_of(name: str) -> dict[Key, Text]:
    """The words that are sent under `name` now, by language and channel."""
    found: dict[Key, Text] = {}
    for channel in Channel:
        for language in settings.MESSAGE_LANGUAGES:
            try:
                wording = wordings.load(name, language, channel)
            except WordingError:
                continue
            found[language, channel] = Text(wording.subject, wording.body)
    return found


def worst_values() -> dict[str, dict[str, str]]:
    """Each blank with the longest value it may get, by language: what vocabularies say, and what is really there."""
    merged: dict[str, str] = {}
    for path in settings.MESSAGE_VOCABULARIES:
        merged |= cast("Mapping[str, str]", import_string(path))
    real: dict[str, Mapping[str, str]] = {}
    for path in settings.REAL_VALUES:
        for language, values in import_string(path)(settings.MESSAGE_LANGUAGES).items():
            real[language] = {**real.get(language, {}), **values}
    return {
        language: {
            blank: linter.longest([value, real.get(language, {}).get(blank, "")]) for blank, value in merged.items()
        }
        for language in settings.MESSAGE_LANGUAGES
    }


@lru_cache(maxsize=2000)
def grade_of(text: str, language: str) -> float | None:
    """School years that `text` asks of its reader; None where it is too short, or its language has no formula."""
    formula = _FORMULAS.get(language)
    if formula is None or len(text.split()) < FEWEST_WORDS:
        return None
    with _ONE_AT_A_TIME:
        textstat.set_lang(language)
        return float(getattr(textstat, formula)(text))
