"""docs/red-flags.md says what ships: every rule's words, the policies' steps, every warning and every source."""

from __future__ import annotations

from pathlib import Path

import pytest

from alerts.domain.policy import Role, Target
from alerts.starter.education import WARNINGS, Warning
from alerts.starter.instructions import INSTRUCTIONS
from alerts.starter.policies import POLICIES, PolicyPlan, StepPlan
from alerts.starter.sources import SOURCES, cited
from alerts.starter.words import Instruction

PAGE = (Path(__file__).parents[3] / "docs" / "red-flags.md").read_text(encoding="utf-8")


def rule_line(one: Instruction) -> str:
    """The line of the table of rules."""
    return f"| `{one.code}` | {one.condition.title} | {one.fallback_after} min | {', '.join(cited(one.facts))} |"


def words_of(one: Instruction) -> list[str]:
    """The paragraphs with its words."""
    return [f"> {text}" for text in (one.en, one.es, one.fallback_en, one.fallback_es)]


def step_line(part: str, step: StepPlan) -> str:
    """The line of one step of a policy."""
    whom = "" if step.role is None else f"{step.role.words}"
    if step.target is Target.TEAM:
        whom = f"everyone of the rota: {whom}"
    if step.target is Target.LINE:
        whom = step.target.words
    return f"| {part} | {whom} | {', '.join(step.channels)} | {step.wait} s |"


def warning_line(one: Warning) -> str:
    """The line of the table of warnings."""
    whom = {"everyone": "everyone", "spine": "spine metastases", "treated": str(one.drug_class)}[one.audience]
    return (
        f"| `{one.code}` | {one.topic.label} | {whom} | day {one.after_days} after {one.anchor} at {one.at_time:%H:%M} "
        f"| {cadence(one)} | `{one.template}` | {', '.join(cited(one.facts))} |"
    )


def cadence(one: Warning) -> str:
    """How often, and for how long."""
    if one.first_doses:
        return f"first {one.first_doses} doses"
    often = f"every {one.every_weeks} weeks" if one.every_weeks else "once"
    return f"{often}, {one.for_weeks} weeks" if one.for_weeks else often


@pytest.mark.parametrize("one", INSTRUCTIONS, ids=lambda one: one.code)
def test_the_page_has_every_rule_with_its_words(one: Instruction) -> None:
    assert rule_line(one) in PAGE
    for words in words_of(one):
        assert words in PAGE


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_the_page_has_every_step_of_the_policies(policy: PolicyPlan) -> None:
    _, _, rest = PAGE.partition(f"### {policy.name}\n")
    lines = [step_line("ladder", step) for step in policy.ladder] + [step_line("ring", step) for step in policy.ring]
    assert "\n".join(lines) in rest


@pytest.mark.parametrize("one", WARNINGS, ids=lambda one: one.code)
def test_the_page_has_every_warning(one: Warning) -> None:
    assert warning_line(one) in PAGE


@pytest.mark.parametrize(("number", "source"), SOURCES.items())
def test_the_page_says_where_every_source_is(number: str, source: str) -> None:
    assert f"- **{number}** {source}" in PAGE


def test_the_page_has_no_rule_and_no_warning_that_does_not_ship() -> None:
    rows = {line for line in PAGE.splitlines() if line.startswith("| `")}
    assert rows == {*map(rule_line, INSTRUCTIONS), *map(warning_line, WARNINGS)}


def test_every_role_of_the_house_is_in_the_red_policy() -> None:
    used = {step.role for step in (*POLICIES[0].ladder, *POLICIES[0].ring)}
    assert used >= set(Role)
