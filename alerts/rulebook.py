"""The rules that triage reads, and the only way in which a rule changes: write a version, sign it, activate it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Max, OuterRef, Subquery

from alerts import alarms
from alerts.domain.policy import Part, Policy, Role, Step, Target
from alerts.domain.rules import Rule, rule_from_json
from alerts.domain.words import Condition, Tier
from alerts.models import AlertRule, EscalationPolicy, RuleVersion
from messaging.domain.delivery import Channel
from patients.models import Clinic

_LOUD = (Channel.SMS, Channel.VOICE)
_NURSES = (Role.NURSE, Role.BACKUP, Role.CHARGE)
#: Everybody in turn, for an alert whose own policy has no steps left.
LAST_RESORT = Policy(
    name="Last resort",
    ladder=tuple(Step(Target.ON_CALL, _LOUD, timedelta(minutes=3), role=role) for role in _NURSES),
    ring=(
        Step(Target.TEAM, _LOUD, timedelta(minutes=3), role=Role.NURSE),
        Step(Target.ON_CALL, _LOUD, timedelta(minutes=3), role=Role.PHYSICIAN),
        Step(Target.LINE, (Channel.VOICE,), timedelta(minutes=3)),
        Step(Target.ON_CALL, _LOUD, timedelta(minutes=3), role=Role.MANAGER),
    ),
)


class NotSigned(ValueError):
    """A version that nobody has signed off cannot be activated; the message names it."""


@dataclass(frozen=True, slots=True)
class Book:
    """The rules in force, and for each its version and whether it stands in for one that nobody has signed."""

    rules: tuple[Rule, ...]
    versions: Mapping[str, int]
    stand_ins: frozenset[str]
    #: Rules that cannot be read any more; the others stand.
    broken: tuple[str, ...] = ()


def current() -> Book:
    """The rules in force at this moment: active ones, and the newest version of those still to be signed.

    A rule that nobody has signed pages all the same, for a nurse decides then; what it says to the
    patient waits for the signature. One that was switched off does not fire.
    """
    newest = RuleVersion.objects.filter(rule=OuterRef("pk")).order_by("-number").values("pk")[:1]
    rows = AlertRule.objects.exclude(status=AlertRule.Status.RETIRED).order_by("position", "code")
    stamp = tuple(
        (code, active or draft, status == AlertRule.Status.DRAFT)
        for code, status, active, draft in rows.annotate(draft=Subquery(newest)).values_list(
            "code", "status", "active_version_id", "draft"
        )
        if active or draft
    )
    return _book(stamp)


def active_rules() -> tuple[Rule, ...]:
    """The rules in force, in their order."""
    return current().rules


def new_version(
    rule: AlertRule,
    *,
    fires_on: Mapping[str, Any],
    instruction: Mapping[str, str],
    fallback: Mapping[str, str],
    fallback_after: int,
    policy: EscalationPolicy,
    source: str,
    by: str,
    now: datetime,
) -> RuleVersion:
    """Write the next version of `rule`, unsigned. RuleError when `fires_on` cannot be read."""
    rule_from_json(rule.code, {**fires_on, "condition": rule.condition})
    with transaction.atomic():
        AlertRule.objects.select_for_update().get(pk=rule.pk)
        last = rule.versions.aggregate(last=Max("number"))["last"] or 0
        return RuleVersion.objects.create(
            rule=rule,
            number=last + 1,
            fires_on=dict(fires_on),
            instruction=dict(instruction),
            fallback=dict(fallback),
            fallback_after=fallback_after,
            policy=policy,
            source=source,
            written_at=now,
            written_by=by,
        )


def sign_off(version: RuleVersion, *, user: AbstractBaseUser, signed_as: str, now: datetime) -> None:
    """A named person answers for this version. ValueError without a name, or when it is signed already."""
    if not signed_as.strip():
        raise ValueError("signed_as: a signature needs name and office")
    if version.is_signed:
        raise ValueError(f"{version} was signed by {version.signed_off_as} already")
    version.signed_off_at, version.signed_off_as = now, signed_as.strip()
    version.signed_off_by = user  # type: ignore[assignment]
    version.save(update_fields=["signed_off_at", "signed_off_by", "signed_off_as"])


def activate(rule: AlertRule, version: RuleVersion) -> None:
    """From now on triage reads this version. NotSigned when nobody answers for it."""
    if version.rule_id != rule.pk:
        raise ValueError(f"{version} is no version of {rule.code}")
    if not version.is_signed:
        raise NotSigned(f"{version}: nobody has signed it off, so it cannot be activated")
    rule.status, rule.active_version = AlertRule.Status.ACTIVE, version
    rule.save(update_fields=["status", "active_version"])


def retire(rule: AlertRule) -> None:
    """Switch a rule off: texts that only it would know go to the nurse's inbox."""
    rule.status = AlertRule.Status.RETIRED
    rule.save(update_fields=["status"])


def policy_for(version: RuleVersion, tier: Tier, clinic: Clinic) -> EscalationPolicy:
    """The policy that an alert of this tier climbs: the clinic's own before the common one."""
    if tier.pages:
        return version.policy
    slow = EscalationPolicy.objects.filter(waits_for_opening=True)
    own = slow.filter(clinic=clinic).first() or slow.filter(clinic__isnull=True).first()
    return own or version.policy


def frozen(policy: EscalationPolicy) -> Policy:
    """The policy as it stands now, as a value. PolicyError when it cannot be used."""
    from_rows: dict[str, list[Step]] = {Part.LADDER: [], Part.RING: []}
    for row in policy.steps.order_by("position", "pk"):
        from_rows[row.part].append(
            Step(
                target=Target(row.target),
                channels=tuple(Channel(channel) for channel in row.channels),
                wait=timedelta(seconds=row.wait_seconds),
                role=Role(row.role) if row.role else None,
                responder_id=row.responder_id,
            )
        )
    return Policy(
        name=policy.name,
        ladder=tuple(from_rows[Part.LADDER]),
        ring=tuple(from_rows[Part.RING]),
        reach_within=timedelta(minutes=policy.reach_within),
        outcome_within=timedelta(minutes=policy.outcome_within),
        receipt_within=timedelta(seconds=policy.receipt_within),
        human_within=timedelta(minutes=policy.human_within),
        waits_for_opening=policy.waits_for_opening,
    )


def policy_to_climb(version: RuleVersion, tier: Tier, clinic: Clinic, *, now: datetime) -> Policy:
    """The policy of a new alert, frozen. One that cannot be used costs nobody her page: then LAST_RESORT is climbed."""
    policy = policy_for(version, tier, clinic)
    try:
        return frozen(policy)
    except ValueError:
        words = f"The policy {policy} cannot be used: red flags page everybody in turn until it is mended."
        alarms.shout(f"policy-broken:{policy.pk}", words, now=now)
        return LAST_RESORT


@lru_cache(maxsize=8)
def _book(stamp: tuple[tuple[str, int, bool], ...]) -> Book:
    # Versions never change once written, so what was read of them once stays true.
    versions = RuleVersion.objects.select_related("rule").in_bulk([pk for _, pk, _ in stamp])
    rules, broken = [], []
    for code, pk, _ in stamp:
        try:
            condition = Condition(versions[pk].rule.condition).value
            rules.append(rule_from_json(code, {**versions[pk].fires_on, "condition": condition}))
        except ValueError:
            broken.append(code)
    return Book(
        rules=tuple(rules),
        broken=tuple(broken),
        versions={code: pk for code, pk, _ in stamp},
        stand_ins=frozenset(code for code, _, draft in stamp if draft),
    )
