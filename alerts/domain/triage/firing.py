"""Which rules fire on the signs of a text, at which tier, in which patient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from alerts.domain.rules import Rule, Trigger
from alerts.domain.triage.phrases import concept
from alerts.domain.triage.values import Context, Evidence, Fired
from alerts.domain.words import Condition, Tier

#: Degrees by which a reading may miss a limit and still be it: 100.4 °F is 38 °C.
_ROUNDING = 0.006
#: Conditions whose slow alert never makes another one urgent: they are about plans and passing aches.
_APART = frozenset({Condition.JAW, Condition.REACTION, Condition.UNCLASSIFIED})
_PLAYED_DOWN = frozenset({"mild", "chronic", "measured_normal"})


def fire(rules: Sequence[Rule], evidence: Sequence[Evidence], context: Context) -> tuple[Fired, ...]:
    """The rules that fire, the most urgent first. Two slow ones together are urgent, unless both are mild."""
    facts = context.facts()
    standing = [sign for sign in evidence if sign.standing]
    if not standing:
        return ()
    present = {sign.concept for sign in standing}
    fired = [found for rule in rules if (found := _fire(rule, standing, present, facts))]
    amber = [found for found in fired if found.tier is Tier.AMBER and found.condition not in _APART]
    if len({found.condition for found in amber}) > 1 and sum(map(_is_plain, amber)) > 1:
        fired = [replace(found, tier=Tier.RED) if found in amber else found for found in fired]
    return tuple(sorted(fired, key=lambda found: (found.tier.rank, found.rule)))


def _is_plain(found: Fired) -> bool:
    return any(not sign.qualifiers & _PLAYED_DOWN for sign in found.evidence)


def _fire(rule: Rule, standing: Sequence[Evidence], present: set[str], facts: frozenset[str]) -> Fired | None:
    found = sorted(_firings(rule, standing, present, facts), key=lambda one: one[0].rank)
    if not found:
        return None
    tier = found[0][0]
    signs = {sign: None for at, evidence in found if at is tier for sign in evidence}
    return Fired(rule.code, rule.condition, tier, tuple(signs))


def _firings(
    rule: Rule, standing: Sequence[Evidence], present: set[str], facts: frozenset[str]
) -> Iterator[tuple[Tier, tuple[Evidence, ...]]]:
    own = concept(rule)
    if own in present:
        yield rule.phrase_tier, tuple(sign for sign in standing if sign.concept == own)
    for trigger in rule.triggers:
        if trigger.temperature_c is None and trigger.concepts.isdisjoint(present):
            continue
        if signs := _meets(trigger, standing, facts):
            yield trigger.tier, signs


def _meets(trigger: Trigger, standing: Sequence[Evidence], facts: frozenset[str]) -> tuple[Evidence, ...]:
    if trigger.temperature_c is not None:
        limit = trigger.temperature_c - _ROUNDING
        if warm := tuple(sign for sign in standing if sign.celsius is not None and sign.celsius >= limit):
            return warm
    wanted = trigger.needs - facts
    signs = [sign for sign in standing if sign.concept in trigger.concepts and not sign.qualifiers & trigger.unless]
    if wanted:
        signs = [sign for sign in signs if wanted <= sign.qualifiers]
    if not signs or len({sign.concept for sign in signs}) < trigger.at_least:
        return ()
    return tuple(signs)
