"""Rules are values: to JSON and back, refused by name where they are wrong, firing on counts, facts and phrases."""

from __future__ import annotations

from typing import Any

import pytest

from alerts.domain.rules import Rule, RuleError, Trigger, rule_from_json, rule_to_json
from alerts.domain.triage import Context, Stance, read
from alerts.domain.triage.lexicon import LEXICON
from alerts.domain.triage.likeness import CONCEPTS
from alerts.domain.words import Condition, Tier
from alerts.starter.triggers import STARTER_RULES


@pytest.mark.parametrize("rule", STARTER_RULES, ids=lambda rule: rule.code)
def test_a_rule_comes_back_from_json_as_it_went(rule: Rule) -> None:
    assert rule_from_json(rule.code, rule_to_json(rule)) == rule


def test_every_concept_of_the_starter_rules_is_one_that_triage_finds() -> None:
    found = {pattern.concept for pattern in LEXICON.patterns} | CONCEPTS | {"calcium.high", "calcium.low"}
    found |= {"pain.score_high", "pain.score_raised"}
    wanted = {name for rule in STARTER_RULES for trigger in rule.triggers for name in trigger.concepts}
    assert wanted <= found, wanted - found


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"condition": "flu"}, "condition: 'flu'"),
        ({"triggers": "x"}, "triggers: 'x'"),
        ({"triggers": ["x"]}, r"triggers\[1\]: 'x'"),
        ({"triggers": [{"tier": "pink", "concepts": ["fever"]}]}, r"triggers\[1\].tier: 'pink'"),
        ({"triggers": [{"tier": "red", "concepts": "fever"}]}, r"triggers\[1\].concepts: 'fever'"),
        ({"triggers": [{"tier": "red", "concepts": ["fever"], "at_least": 0}]}, r"triggers\[1\].at_least: 0"),
        ({"triggers": [{"tier": "red", "concepts": ["fever"], "at_least": 2}]}, r"triggers\[1\].at_least: 2"),
        ({"triggers": [{"tier": "red", "temperature_c": 101}]}, r"triggers\[1\].temperature_c: 101"),
        ({"triggers": [{"tier": "red"}]}, r"triggers\[1\].concepts"),
        ({"triggers": [{"tier": "red", "concept": ["fever"]}]}, r"triggers\[1\]: 'concept'"),
        ({"phrases": {"en": "help"}}, r"phrases.en: 'help'"),
        ({"phrases": {"en": [""]}}, r"phrases.en: ''"),
        ({"phrase_tier": 3}, "phrase_tier: 3"),
    ],
)
def test_wrong_content_is_refused_by_field_and_value(content: dict[str, Any], named: str) -> None:
    with pytest.raises(RuleError, match=named):
        rule_from_json("x", {"condition": "fracture", **content})


def rule(*triggers: Trigger, **more: Any) -> Rule:
    return Rule("own", Condition.UNCLASSIFIED, triggers, **more)


def test_two_of_three_are_two_different_ones() -> None:
    two = rule(Trigger(Tier.RED, frozenset({"thirst", "nausea", "constipation"}), at_least=2))
    assert not read("thirsty, so thirsty, mouth dry", [two]).page
    assert read("thirsty and constipated", [two]).page


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("100.4", True), ("temp 100.4", True), ("temp 100.3", False), ("38.0 C", True), ("temp 37.9", False),
        ("fever of 102", True), ("39,2", True), ("treinta y nueve de fiebre", True), ("temp is thirty-nine", True),
        ("temp one hundred and two point four", True), ("temp one oh one", True), ("temp 102 point 4", True),
        ("temp:1O1.8 F", True), ("101.4", True), ("It is 102 degrees outside", False), ("I weigh 102 kg", False),
        ("See you at 10:15 in room 102", False), ("my temp is not 101", False), ("38 y medio de temperatura", True),
    ],
)  # fmt: skip
def test_a_temperature_is_told_from_other_numbers(text: str, *, pages: bool) -> None:
    fever = rule(Trigger(Tier.RED, temperature_c=38.0))
    assert read(text, [fever]).page is pages


def test_a_fact_about_the_patient_raises_what_fires() -> None:
    cramps = rule(Trigger(Tier.RED, frozenset({"cramps.legs"}), needs=frozenset({"denosumab_60d"})))
    assert not read("cramps in my calves", [cramps]).page
    assert read("cramps in my calves", [cramps], Context(days_since_denosumab=20)).page
    assert not read("cramps in my calves", [cramps], Context(days_since_denosumab=90)).page


def test_aches_after_a_bisphosphonate_are_a_reaction_for_the_nurse_to_read() -> None:
    reading = read("achy and flu like today", STARTER_RULES, Context(days_since_bisphosphonate=1))
    assert reading.tier is Tier.GREEN
    assert Condition.REACTION in {fired.condition for fired in reading.fired}


def test_two_slow_alerts_together_are_urgent_unless_they_are_played_down() -> None:
    slow = (
        Rule("one", Condition.ANEMIA, (Trigger(Tier.AMBER, frozenset({"dizzy"})),)),
        Rule("two", Condition.RENAL, (Trigger(Tier.AMBER, frozenset({"swelling.legs"})),)),
    )
    assert read("My ankles are swollen", slow).tier is Tier.AMBER
    assert read("My ankles are swollen and I feel dizzy", slow).tier is Tier.RED
    assert read("My ankles are a little swollen and I feel slightly dizzy", slow).tier is Tier.AMBER


def test_the_clinics_own_phrases_are_found_through_slips_and_gaps() -> None:
    own = rule(phrases={"en": ("purple elephant",), "es": ("bolita en el cuello",)}, phrase_tier=Tier.AMBER)
    for text in ("a PURPLE elephnt!", "the purple little elephant", "tengo una bolita en el cuéllo"):
        assert read(text, [own]).tier is Tier.AMBER, text
    assert {s.stance for s in read("no purple elephant here", [own]).evidence} == {Stance.NEGATED}
    assert read("the elephant was purple", [own]).tier is None


def test_the_worst_tier_counts_and_each_rule_says_on_what_it_fired() -> None:
    reading = read("CANCEL my infusion I fell and cant get up, fever 101", STARTER_RULES)
    assert reading.tier is Tier.T0
    assert {"fracture", "infection", "mscc_neuro"} <= {fired.rule for fired in reading.fired}
    assert all(fired.evidence for fired in reading.fired)
    assert "cancel" in reading.intents
    assert "CANCEL" not in reading.why


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("YES", "confirm"), ("Please cancel my appointment on the 14th.", "cancel"), ("STOP", "stop"),
        ("May I reschedule my infusion to next Tuesday?", "reschedule"), ("Thank you so much", "thanks_chitchat"),
        ("HELP", "help"), ("START", "start"), ("¿Puedo cambiar mi cita?", "reschedule"),
    ],
)  # fmt: skip
def test_everyday_messages_are_known_and_left_to_others(text: str, intent: str) -> None:
    reading = read(text, STARTER_RULES)
    assert intent in reading.intents
    assert not reading.page
    assert not reading.review


def test_what_nothing_recognises_goes_to_a_person() -> None:
    for text in ("zorp blimble frandle", "?", "🍕🍕🍕", "Yes. Also my spleen went all wibbly", ""):
        reading = read(text, STARTER_RULES)
        assert reading.page or reading.review, text
