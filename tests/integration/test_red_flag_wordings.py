"""What patients are told besides the rules' own words, and the warnings: there, short, and safe over a shoulder."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from alerts.rendering import VOCABULARY
from alerts.starter.education import WARNINGS
from messaging import wordings
from messaging.domain.delivery import Channel
from messaging.domain.reserved import RESERVED
from messaging.domain.wording import fold_to_gsm7, segments
from tests.support.forbidden_words import named_in

LANGUAGES = ("en", "es")
#: Nothing longer fits a clinic: 24 letters of a name, 14 of a line.
LONGEST = dict(VOCABULARY) | {"clinic": "W" * 24, "line": "(202) 555-0123"}
ANSWERS = ("red_flag_neutral", "red_flag_fallback", "nurse_will_call", "text_for_nurse", "unknown_sender")
TAUGHT = sorted({warning.template for warning in WARNINGS})
CHANNELS = (Channel.SMS, Channel.EMAIL)


def body(name: str, language: str, channel: Channel = Channel.SMS) -> str:
    return wordings.load(name, language, channel).filled(LONGEST).body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_one_sms_that_needs_no_folding(name: str, language: str) -> None:
    weight = segments(body(name, language))
    assert (weight.count, weight.encoding, weight.forcing) == (1, "GSM-7", ())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TAUGHT)
def test_a_warning_is_two_sms_at_most_without_folding(name: str, language: str) -> None:
    weight = segments(body(name, language))
    assert weight.count <= 2
    assert weight.forcing == ()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [*ANSWERS, *TAUGHT])
def test_none_names_a_drug_or_an_illness_or_a_word_that_carriers_own(name: str, language: str) -> None:
    for channel in CHANNELS if name in TAUGHT else (Channel.SMS,):
        wording = wordings.load(name, language, channel)
        assert named_in(f"{wording.subject}\n{wording.body}") == []
    text = wordings.load(name, language, Channel.SMS).body
    words = {word.upper() for word in re.findall(r"[^\W\d_]+", text)}
    assert not words & RESERVED


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TAUGHT)
def test_each_warning_says_how_to_report_and_whom_to_call(name: str, language: str) -> None:
    reply = {"en": r"\breply\b", "es": r"\b(?:responda|responder)\b"}[language]
    for channel in CHANNELS:
        wording = wordings.load(name, language, channel)
        assert re.search(reply, wording.body, re.IGNORECASE)
        assert "line" in wording.variables
        assert "911" in wording.body
        assert "clinic" in wording.variables


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [name for name in ANSWERS if name != "nurse_will_call"])
def test_each_answer_names_the_emergency_number(name: str, language: str) -> None:
    assert "911" in body(name, language)


@pytest.mark.parametrize(("language", "asks"), [("en", "Reply 1 when"), ("es", "Responda 1 cuando")])
def test_only_the_fallback_asks_for_a_1(language: str, asks: str) -> None:
    assert {name for name in ANSWERS if asks in body(name, language)} == {"red_flag_fallback"}


def test_the_linter_has_nothing_to_say_and_no_language_is_left_out() -> None:
    assert [problem for problem in wordings.problems() if problem.startswith((*ANSWERS, *TAUGHT))] == []
    assert set(settings.MESSAGE_LANGUAGES) == set(LANGUAGES)


def test_folding_changes_nothing_of_them() -> None:
    for name in (*ANSWERS, *TAUGHT):
        for language in LANGUAGES:
            assert fold_to_gsm7(body(name, language)) == body(name, language)
