"""An alert rule as a value: what fires it, and at which tier; and the same as JSON, as each version keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from alerts.domain.words import Condition, Tier


class RuleError(ValueError):
    """A rule's content that cannot be used; the message names the field and the value."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Fires when `at_least` of `concepts` stand in a text, or a temperature of `temperature_c` is reported.

    `needs`: facts about the patient ("spine_metastases") or words around the symptom ("severe", "new") that must all
    be there. `unless`: a symptom with one of these around it ("mild", "chronic") does not count here.
    """

    tier: Tier
    concepts: frozenset[str] = frozenset()
    at_least: int = 1
    temperature_c: float | None = None
    needs: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """What raises an alert for one condition. `phrases`: the clinic's own words, by language, at `phrase_tier`."""

    code: str
    condition: Condition
    triggers: tuple[Trigger, ...]
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    phrase_tier: Tier = Tier.RED


def rule_to_json(rule: Rule) -> dict[str, Any]:
    """What a version of the rule keeps."""
    return {
        "condition": rule.condition.value,
        "triggers": [_trigger_to_json(trigger) for trigger in rule.triggers],
        "phrases": {language: list(phrases) for language, phrases in sorted(rule.phrases.items())},
        "phrase_tier": rule.phrase_tier.value,
    }


def rule_from_json(code: str, content: Mapping[str, Any]) -> Rule:
    """The rule that `content` describes; further keys belong to others and are left alone."""
    triggers = content.get("triggers", [])
    if not isinstance(triggers, list):
        raise RuleError(f"triggers: {triggers!r} is not a list")
    phrases = content.get("phrases", {})
    if not isinstance(phrases, Mapping):
        raise RuleError(f"phrases: {phrases!r} is not a table of languages")
    return Rule(
        code=code,
        condition=_condition(content.get("condition")),
        triggers=tuple(_trigger(number, trigger) for number, trigger in enumerate(triggers, 1)),
        phrases={str(language): _texts(f"phrases.{language}", found) for language, found in phrases.items()},
        phrase_tier=_tier("phrase_tier", content.get("phrase_tier", Tier.RED)),
    )


def _trigger_to_json(trigger: Trigger) -> dict[str, Any]:
    content: dict[str, Any] = {"tier": trigger.tier.value}
    if trigger.concepts:
        content |= {"concepts": sorted(trigger.concepts), "at_least": trigger.at_least}
    if trigger.temperature_c is not None:
        content["temperature_c"] = trigger.temperature_c
    if trigger.needs:
        content["needs"] = sorted(trigger.needs)
    if trigger.unless:
        content["unless"] = sorted(trigger.unless)
    return content


def _trigger(number: int, content: Any) -> Trigger:
    where = f"triggers[{number}]"
    if not isinstance(content, Mapping):
        raise RuleError(f"{where}: {content!r} is not a table")
    if unknown := set(content) - {"tier", "concepts", "at_least", "temperature_c", "needs", "unless"}:
        raise RuleError(f"{where}: {sorted(unknown)[0]!r} is no field of a trigger")
    concepts = frozenset(_texts(f"{where}.concepts", content.get("concepts", ())))
    temperature = content.get("temperature_c")
    if temperature is not None and not (_is_number(temperature) and 30 <= temperature <= 45):
        raise RuleError(f"{where}.temperature_c: {temperature!r} is not a temperature in °C")
    at_least = content.get("at_least", 1)
    if isinstance(at_least, bool) or not isinstance(at_least, int) or at_least < 1:
        raise RuleError(f"{where}.at_least: {at_least!r} is not a count of at least 1")
    if concepts and at_least > len(concepts):
        raise RuleError(f"{where}.at_least: {at_least!r} is more than the {len(concepts)} concepts there are")
    if not concepts and temperature is None:
        raise RuleError(f"{where}.concepts: {content.get('concepts')!r}: nothing would ever fire it")
    return Trigger(
        tier=_tier(f"{where}.tier", content.get("tier")),
        concepts=concepts,
        at_least=at_least,
        temperature_c=None if temperature is None else float(temperature),
        needs=frozenset(_texts(f"{where}.needs", content.get("needs", ()))),
        unless=frozenset(_texts(f"{where}.unless", content.get("unless", ()))),
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _texts(where: str, found: Any) -> tuple[str, ...]:
    if isinstance(found, str) or not isinstance(found, Sequence | frozenset | set):
        raise RuleError(f"{where}: {found!r} is not a list")
    for text in found:
        if not isinstance(text, str) or not text.strip():
            raise RuleError(f"{where}: {text!r} is not a text")
    return tuple(found)


def _condition(value: Any) -> Condition:
    try:
        return Condition(value)
    except ValueError:
        raise RuleError(f"condition: {value!r} is none of {', '.join(Condition)}") from None


def _tier(where: str, value: Any) -> Tier:
    try:
        return Tier(value)
    except ValueError:
        raise RuleError(f"{where}: {value!r} is none of {', '.join(Tier)}") from None
