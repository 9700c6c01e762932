"""The linter against this installation: the shipped words pass, and real clinics and places count."""

from __future__ import annotations

import pytest

from messaging import linter, wordings
from messaging.domain.delivery import Channel
from messaging.domain.linter import Code, Text
from tests.support import builders as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", wordings.shipped_names())
def test_every_shipped_wording_passes(name: str) -> None:
    assert [(one.language, one.channel, one.words) for one in linter.of_shipped(name) if one.refuses] == []


def text(body: str) -> list[tuple[Code, str]]:
    """What is said of one body in both languages."""
    both = {(language, Channel.SMS): Text("", body) for language in ("en", "es")}
    return [(one.code, one.words) for one in linter.findings("visit_soon", both)]


def test_a_real_clinic_with_a_dear_letter_is_found_out() -> None:
    assert text("{clinic}: your visit is {day}.") == []
    make.clinic(short_name="Bayside ☀")
    found = text("{clinic}: your visit is {day}.")
    assert {code for code, _ in found} == {Code.DEAR_VALUE}
    assert "☀" in found[0][1]


def test_a_real_place_with_a_long_name_makes_a_text_too_long() -> None:
    body = "{clinic}: your visit is {day} at {time}. Come to {location}. " + "Bring your card. " * 8
    assert text(body) == []
    make.schedule(location="The Infusion Center of the Eastern Wing, third floor, beyond the second lift, " + "x" * 30)
    assert {code for code, _ in text(body)} == {Code.TOO_LONG}


HARD = {
    "en": "Administration of intravenous medication necessitates telephonic confirmation immediately before arrival.",
    "es": "La administración de medicación intravenosa requiere inmediatamente confirmación telefónica identificativa.",
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_hard_words_are_graded_in_the_language_that_they_are_in(language: str) -> None:
    grade = linter.grade_of(HARD[language], language)
    assert grade is not None
    assert grade > 8


def test_a_few_words_are_not_graded_and_neither_is_a_language_without_a_formula() -> None:
    assert linter.grade_of("See you tomorrow.", "en") is None
    assert linter.grade_of(HARD["en"], "pt") is None


def test_a_detail_wording_may_name_what_it_is_about() -> None:
    both = {(language, Channel.SMS): Text("", "{clinic}: denosumab {day}.") for language in ("en", "es")}
    assert {one.code for one in linter.findings("visit_soon", both)} == {Code.TELLS}
    assert linter.findings("visit_soon_detail", both) == []
