"""The starter content as a fresh database holds it: drafts with sources, two policies that can be used, warnings."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings

from alerts import rulebook
from alerts.domain import instruction
from alerts.domain.policy import Role, Target
from alerts.domain.triage import Context, read
from alerts.domain.words import Condition, Tier
from alerts.models import AlertRule, EscalationPolicy, RuleVersion, WarningRule
from alerts.starter.instructions import INSTRUCTIONS
from alerts.starter.loading import load, unload
from alerts.starter.policies import AMBER, RED
from alerts.warnings import texts
from messaging.domain.delivery import Channel
from tests.support import builders as make
from tests.support.builders import NOW

pytestmark = pytest.mark.django_db


def counts() -> tuple[int, int, int, int]:
    return (
        AlertRule.objects.count(),
        RuleVersion.objects.count(),
        EscalationPolicy.objects.count(),
        WarningRule.objects.count(),
    )


def test_every_condition_has_a_draft_that_nobody_has_signed() -> None:
    rules = AlertRule.objects.all()
    assert {rule.condition for rule in rules} == {condition.value for condition in Condition}
    assert {rule.status for rule in rules} == {"draft"}
    versions = RuleVersion.objects.all()
    assert {version.number for version in versions} == {1}
    assert not any(version.is_signed for version in versions)
    assert all(version.source and version.written_by for version in versions)


def test_a_draft_cannot_be_activated() -> None:
    rule = AlertRule.objects.get(code="mscc_neuro")
    with pytest.raises(rulebook.NotSigned):
        rulebook.activate(rule, rule.versions.get())


def test_what_stands_in_pages_for_a_text_about_legs() -> None:
    reading = read("I cannot feel my legs since this morning", rulebook.active_rules(), Context())
    assert reading.page
    assert Condition.CORD in {fired.condition for fired in reading.fired}


def test_every_instruction_is_fit_to_be_sent_in_every_language() -> None:
    for version in RuleVersion.objects.all():
        for words in (version.instruction, version.fallback):
            assert set(words) == set(settings.MESSAGE_LANGUAGES)
            assert [instruction.problems(text) for text in words.values()] == [[], []], version


def test_the_red_policy_rings_a_phone_in_three_minutes_and_never_ends() -> None:
    policy = rulebook.frozen(EscalationPolicy.objects.get(name=RED.name))
    first, second = policy.ladder[:2]
    assert (first.role, first.channels, first.wait) == (Role.NURSE, (Channel.SMS, Channel.EMAIL), timedelta(minutes=3))
    assert (second.role, second.channels) == (Role.NURSE, (Channel.VOICE,))
    asked = sum((step.wait for step in policy.ladder[:2]), timedelta())
    assert (policy.ladder[2].role, asked) == (Role.BACKUP, timedelta(minutes=5))
    until_charge = sum((step.wait for step in policy.ladder[:3]), timedelta())
    assert (policy.ladder[3].role, until_charge) == (Role.CHARGE, timedelta(minutes=10))
    assert sum((step.wait for step in policy.ladder), timedelta()) == timedelta(minutes=15)
    ring = {(step.target, step.role) for step in policy.ring}
    assert (Target.TEAM, Role.NURSE) in ring
    assert (Target.LINE, None) in ring
    assert {role for _, role in ring} >= {Role.PHYSICIAN, Role.MANAGER}
    assert sum((step.wait for step in policy.ring), timedelta()) == timedelta(minutes=5)
    assert not policy.waits_for_opening


def test_amber_waits_for_the_clinic_s_hours_and_is_taken_within_two() -> None:
    clinic = make.clinic()
    version = RuleVersion.objects.get(rule__code="mscc_pain")
    slow = rulebook.policy_for(version, Tier.AMBER, clinic)
    assert slow.name == AMBER.name
    policy = rulebook.frozen(slow)
    assert policy.waits_for_opening
    assert policy.ladder[0].wait == timedelta(hours=2)
    assert rulebook.policy_for(version, Tier.RED, clinic).name == RED.name


def test_loading_again_changes_nothing_and_what_a_clinic_changed_stays() -> None:
    before = counts()
    WarningRule.objects.filter(code="fever").update(every_weeks=2)
    AlertRule.objects.filter(code="onj").update(status="retired")
    EscalationPolicy.objects.get(name=RED.name).steps.filter(position=0, part="ladder").delete()
    load(apps, now=NOW)
    assert counts() == before
    assert WarningRule.objects.get(code="fever").every_weeks == 2
    assert AlertRule.objects.get(code="onj").status == "retired"
    assert EscalationPolicy.objects.get(name=RED.name).steps.filter(part="ladder").count() == len(RED.ladder) - 1


def test_taken_out_again_it_leaves_nothing_and_can_be_loaded_anew() -> None:
    before = counts()
    unload(apps)
    assert counts() == (0, 0, 0, 0)
    load(apps, now=NOW)
    assert counts() == before
    assert import_module("alerts.migrations.0002_starter_content").Migration.operations


def test_the_order_of_rules_puts_what_cannot_wait_first() -> None:
    assert [rule.code for rule in AlertRule.objects.all()] == [words.code for words in INSTRUCTIONS]


def test_every_warning_has_words_for_both_channels_in_both_languages() -> None:
    for rule in WarningRule.objects.all():
        rule.full_clean()
        for language in settings.MESSAGE_LANGUAGES:
            text = texts.current(rule, language)
            assert texts.problems(text) == {}, (rule.code, language)
