"""The forms of an escalation policy: it must ring somebody's telephone in time, whoever is on call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold import widgets

from alerts.admin.dry_run_page import slow_in_words
from alerts.admin.rule_versions import tiers_of
from alerts.domain.policy import Part, Policy, PolicyError, Role, Step, Target
from alerts.models import AlertRule, EscalationPolicy, PolicyStep, RuleVersion
from messaging.domain.delivery import Channel
from patients.admin.fields import SeveralField
from patients.models import Clinic

CHANNELS: list[tuple[str, Any]] = [("sms", lazy("Text")), ("email", lazy("E-mail")), ("voice", lazy("Call"))]
TARGETS = [
    (Target.ON_CALL.value, lazy("On call")),
    (Target.TEAM.value, lazy("All of the rota")),
    (Target.PERSON.value, lazy("One person")),
    (Target.LINE.value, lazy("24-hour line")),
]
ROLES: list[tuple[str, Any]] = [
    ("", "–"),
    (Role.NURSE.value, lazy("On-call nurse")),
    (Role.BACKUP.value, lazy("Backup nurse")),
    (Role.CHARGE.value, lazy("Charge nurse")),
    (Role.PHYSICIAN.value, lazy("Physician")),
    (Role.MANAGER.value, lazy("Manager")),
]


class PolicyForm(forms.ModelForm[EscalationPolicy]):
    """The clocks of a policy; its steps are beneath."""

    class Meta:
        model = EscalationPolicy
        fields = (
            "name",
            "clinic",
            "reach_within",
            "outcome_within",
            "receipt_within",
            "human_within",
            "waits_for_opening",
        )

    def clean_waits_for_opening(self) -> bool:
        """Red and T0 never wait: a policy that such a rule uses cannot begin to."""
        waits = bool(self.cleaned_data["waits_for_opening"])
        if waits and self.instance.pk:
            used = [str(version.rule.code) for version in _in_use(self.instance) if _pages(version)]
            if used:
                raise forms.ValidationError(
                    _("Red and T0 never wait, and %(used)s may fire at them.") % {"used": ", ".join(used)}
                )
        return waits


class PlaceField(forms.IntegerField):
    """A place in an order: 1 is the first for people, and 0 is stored."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=1000, widget=widgets.UnfoldAdminIntegerFieldWidget(), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """What is stored as people count; what was typed as it was typed."""
        return value + 1 if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        """What is stored."""
        place = super().clean(value)
        return place if place is None else place - 1

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as people count."""
        return bool(super().has_changed(self.prepare_value(initial), data))


class StepForm(forms.ModelForm[PolicyStep]):
    """One step: whom, by what, how long it waits."""

    part = forms.ChoiceField(
        choices=[(Part.LADDER.value, lazy("Ladder")), (Part.RING.value, lazy("Ring"))],
        widget=widgets.UnfoldAdminSelectWidget(),
    )
    target = forms.ChoiceField(choices=TARGETS, label=lazy("Whom"), widget=widgets.UnfoldAdminSelectWidget())
    role = forms.ChoiceField(choices=ROLES, required=False, widget=widgets.UnfoldAdminSelectWidget())
    position = PlaceField(label=lazy("Order"), initial=0)
    channels = SeveralField(choices=CHANNELS, initial=["sms"])

    class Meta:
        model = PolicyStep
        fields = ("part", "position", "target", "role", "responder", "channels", "wait_seconds")
        labels = {"wait_seconds": lazy("Waits (s)"), "responder": lazy("Person")}


class StepFormSet(BaseInlineFormSet[PolicyStep, EscalationPolicy, StepForm]):
    """All steps together, held to what a policy must keep."""

    def clean(self) -> None:
        """Play the policy with nobody answering, over the next weeks of every clinic's rota."""
        super().clean()
        if any(self.errors):
            return
        rows = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        try:
            policy = policy_of(self.instance, [row for row in rows if row.get("channels")])
        except PolicyError as error:
            raise forms.ValidationError(f"{error}.") from error
        every = (*policy.ladder, *policy.ring)
        if not any(Channel.VOICE in step.channels for step in every):
            raise forms.ValidationError(_("No step calls anybody: at least one must ring a telephone."))
        problems = slow_in_words(policy, _clinics(self.instance), now=timezone.now())
        if problems:
            raise forms.ValidationError([_("Too slow. %(problem)s") % {"problem": problem} for problem in problems])


def policy_of(row: EscalationPolicy, steps: list[dict[str, Any]]) -> Policy:
    """A policy as it would be if it were saved. PolicyError when it cannot be used."""
    parts: dict[str, list[Step]] = {Part.LADDER: [], Part.RING: []}
    for step in sorted(steps, key=lambda step: step["position"]):
        responder = step.get("responder")
        parts[step["part"]].append(
            Step(
                target=Target(step["target"]),
                channels=tuple(Channel(channel) for channel in step["channels"]),
                wait=timedelta(seconds=step["wait_seconds"]),
                role=Role(step["role"]) if step.get("role") else None,
                responder_id=responder.pk if responder else None,
            )
        )
    return Policy(
        name=row.name,
        ladder=tuple(parts[Part.LADDER]),
        ring=tuple(parts[Part.RING]),
        reach_within=timedelta(minutes=row.reach_within),
        outcome_within=timedelta(minutes=row.outcome_within),
        receipt_within=timedelta(seconds=row.receipt_within),
        human_within=timedelta(minutes=row.human_within),
        waits_for_opening=row.waits_for_opening,
    )


def _clinics(row: EscalationPolicy) -> list[Clinic]:
    return [row.clinic] if row.clinic else list(Clinic.objects.all())


def _in_use(policy: EscalationPolicy) -> list[RuleVersion]:
    """The versions that are in force, or would stand in, with this policy."""
    rules = AlertRule.objects.exclude(status=AlertRule.Status.RETIRED)
    found = []
    for rule in rules.select_related("active_version"):
        version = rule.active_version or rule.versions.first()
        if version is not None and version.policy_id == policy.pk:
            found.append(version)
    return found


def _pages(version: RuleVersion) -> bool:
    return any(tier.pages for tier in tiers_of(version.fires_on))
