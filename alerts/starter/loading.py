"""Puts starter rules, policies and warnings into the database: adds what is missing, changes nothing that is there."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from alerts.domain.rules import rule_to_json
from alerts.starter.education import WARNINGS
from alerts.starter.instructions import INSTRUCTIONS
from alerts.starter.policies import POLICIES, RED
from alerts.starter.sources import with_references
from alerts.starter.triggers import STARTER_RULES

WRITTEN_BY = "Bonewatch starter content"


class Registry(Protocol):
    """Where models are found: Django's own registry, or the one of a migration."""

    def get_model(self, app_label: str, model_name: str) -> Any:
        """The model of that name."""


def load(apps: Registry, *, now: datetime, using: str = "default") -> None:
    """Add each policy by its name, each rule (an unsigned draft, version 1) and each warning by its code."""
    _load_policies(apps, using)
    _load_rules(apps, using, now)
    warnings = apps.get_model("alerts", "WarningRule").objects.using(using)
    for warning in WARNINGS:
        warnings.get_or_create(code=warning.code, defaults=warning.columns())


def unload(apps: Registry, *, using: str = "default") -> None:
    """Take out again what no alert and no patient has met."""
    rules = apps.get_model("alerts", "AlertRule").objects.using(using).filter(status="draft")
    versions = apps.get_model("alerts", "RuleVersion").objects.using(using)
    alerts = apps.get_model("alerts", "Alert").objects.using(using)
    used = set(versions.filter(pk__in=alerts.values("rule_version_id")).values_list("rule_id", flat=True))
    gone = set(rules.exclude(pk__in=used).values_list("pk", flat=True))
    versions.filter(rule_id__in=gone).delete()
    rules.filter(pk__in=gone).delete()
    policies = apps.get_model("alerts", "EscalationPolicy").objects.using(using)
    kept = set(versions.values_list("policy_id", flat=True))
    policies.filter(name__in=[policy.name for policy in POLICIES]).exclude(pk__in=kept).delete()
    planned = apps.get_model("alerts", "PlannedWarning").objects.using(using)
    texts = apps.get_model("alerts", "WarningText").objects.using(using)
    warnings = apps.get_model("alerts", "WarningRule").objects.using(using)
    unused = warnings.exclude(pk__in=planned.values("rule_id")).exclude(pk__in=texts.values("rule_id"))
    unused.filter(code__in=[warning.code for warning in WARNINGS]).delete()


def _load_policies(apps: Registry, using: str) -> None:
    policies = apps.get_model("alerts", "EscalationPolicy").objects.using(using)
    steps = apps.get_model("alerts", "PolicyStep")
    for plan in POLICIES:
        policy, is_new = policies.get_or_create(name=plan.name, defaults=plan.columns())
        if is_new:
            steps.objects.using(using).bulk_create(steps(policy=policy, **row) for row in plan.steps())


def _load_rules(apps: Registry, using: str, now: datetime) -> None:
    red = apps.get_model("alerts", "EscalationPolicy").objects.using(using).get(name=RED.name)
    rules = apps.get_model("alerts", "AlertRule").objects.using(using)
    versions = apps.get_model("alerts", "RuleVersion").objects.using(using)
    fires_on = {rule.code: rule_to_json(rule) for rule in STARTER_RULES}
    for position, words in enumerate(INSTRUCTIONS):
        rule, is_new = rules.get_or_create(
            code=words.code, defaults={"condition": words.condition.value, "position": position}
        )
        if is_new:
            versions.create(
                rule=rule,
                number=1,
                fires_on=fires_on[words.code],
                instruction=words.at_once,
                fallback=words.fallback,
                fallback_after=words.fallback_after,
                policy=red,
                source=with_references(words.facts),
                written_at=now,
                written_by=WRITTEN_BY,
            )
