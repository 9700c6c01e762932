"""The words that ship: every rule of the issue has them, each fits one SMS, and no carrier's word is invited."""

from __future__ import annotations

import itertools
import re

import pytest

from alerts.domain import instruction
from alerts.domain.words import Condition
from alerts.starter.education import WARNINGS
from alerts.starter.instructions import INSTRUCTIONS
from alerts.starter.policies import POLICIES
from alerts.starter.sources import SOURCES, cited, with_references
from alerts.starter.triggers import STARTER_RULES
from alerts.starter.words import Instruction
from messaging.domain.reserved import RESERVED
from messaging.domain.wording import fill, segments
from tests.support.forbidden_words import DRUGS

#: No clinic's line is longer when it is written as people dial it at home.
LINE = "(202) 555-0123"
FACTS = [*(one.facts for one in INSTRUCTIONS), *(one.facts for one in WARNINGS)]
TEXTS = [
    (f"{one.code} {kind} {language}", text)
    for one in INSTRUCTIONS
    for kind, texts in (("at once", one.at_once), ("fallback", one.fallback))
    for language, text in texts.items()
]
#: What stands in capitals besides "now".
LOUD = {"NOW", "YA", "F", "C", "I"}


def test_every_condition_has_a_rule_with_words_and_triggers() -> None:
    assert {one.condition for one in INSTRUCTIONS} == set(Condition)
    assert {one.code: one.condition for one in INSTRUCTIONS} == {r.code: r.condition for r in STARTER_RULES}


@pytest.mark.parametrize(("name", "text"), TEXTS, ids=[name for name, _ in TEXTS])
def test_each_text_is_one_sms_without_folding(name: str, text: str) -> None:
    weight = segments(fill(text, {"line": LINE}))
    assert (weight.encoding, weight.count, weight.forcing) == ("GSM-7", 1, ())
    assert weight.characters <= 160
    assert instruction.problems(text) == []


@pytest.mark.parametrize(("name", "text"), TEXTS, ids=[name for name, _ in TEXTS])
def test_no_text_holds_a_word_that_carriers_act_upon_or_names_a_drug(name: str, text: str) -> None:
    words = {word.upper() for word in re.findall(r"[^\W\d_]+", text)}
    assert not words & RESERVED
    assert not [drug for drug in DRUGS if drug in text.casefold()]
    assert {word for word in re.findall(r"\b[A-Z]+\b", text) if len(word) > 1} <= LOUD


@pytest.mark.parametrize("one", INSTRUCTIONS, ids=lambda one: one.code)
def test_at_once_she_learns_whom_to_call(one: Instruction) -> None:
    for text in one.at_once.values():
        assert "{line}" in text
    urgent = {Condition.CORD, Condition.EMERGENCY, Condition.ALLERGY, Condition.SELF_HARM, Condition.BLEEDING}
    if one.condition in urgent:
        assert all("911" in text for text in one.at_once.values())


@pytest.mark.parametrize("one", INSTRUCTIONS, ids=lambda one: one.code)
def test_the_fallback_sends_her_on_without_us_and_asks_for_a_1(one: Instruction) -> None:
    assert "911" in one.fallback_en
    assert "911" in one.fallback_es
    assert one.fallback_en.endswith("Reply 1 when you have read this.")
    assert one.fallback_es.endswith("Responda 1 cuando haya visto esto.")
    assert 1 <= one.fallback_after <= 60


def test_both_languages_tell_her_the_same_numbers() -> None:
    for one in INSTRUCTIONS:
        for english, spanish in ((one.en, one.es), (one.fallback_en, one.fallback_es)):
            numbers = [set(re.findall(r"\b(?:911|988|100\.4|38)\b", text)) for text in (english, spanish)]
            assert numbers[0] == numbers[1], one.code


def test_no_two_rules_of_one_kind_say_exactly_the_same() -> None:
    for first, second in itertools.combinations(INSTRUCTIONS, 2):
        assert first.en != second.en
        assert first.es != second.es


@pytest.mark.parametrize("facts", FACTS)
def test_whatever_is_claimed_has_a_mark_and_each_mark_a_source(facts: str) -> None:
    assert cited(facts)
    assert len(with_references(facts).splitlines()) == 1 + len(cited(facts))


def test_every_source_is_cited_somewhere() -> None:
    marks = {mark for facts in FACTS for mark in cited(facts)}
    assert set(SOURCES) <= marks


def test_policies_page_by_channels_that_exist_and_wait_long_enough() -> None:
    for policy in POLICIES:
        steps = policy.steps()
        assert {step["part"] for step in steps} == {"ladder", "ring"}
        for step in steps:
            assert set(step["channels"]) <= {"sms", "email", "voice"}  # type: ignore[call-overload]
            assert int(str(step["wait_seconds"])) >= 15
