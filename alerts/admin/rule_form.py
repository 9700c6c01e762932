"""The form of a rule's next version: what fires it, what the patient is told, which policy pages whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.conf import settings
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold import widgets

from alerts import rendering
from alerts.admin.triggers_form import ConceptsField, TriggerForm
from alerts.domain import instruction
from alerts.domain.rules import RuleError, rule_from_json
from alerts.domain.words import Tier
from alerts.models import AlertRule, EscalationPolicy, RuleVersion
from patients.admin.fields import LANGUAGE_NAMES, LinesField
from patients.models import Clinic

TIER_CHOICES = [
    (Tier.T0.value, lazy("T0: 911 or the emergency department, now")),
    (Tier.RED.value, lazy("Red: the nurse is paged now")),
    (Tier.AMBER.value, lazy("Amber: a person gets in touch the same day")),
    (Tier.GREEN.value, lazy("Green: a nurse reads it")),
]


def longest_line() -> str:
    """The longest line of any clinic, as it stands in a text."""
    return max([rendering.line(clinic) for clinic in Clinic.objects.all()] + [instruction.LINE], key=len)


class VersionForm(forms.Form):
    """Everything of a version but its triggers, which are a list of forms of their own."""

    phrase_tier = forms.ChoiceField(
        choices=TIER_CHOICES, label=lazy("Tier of these phrases"), widget=widgets.UnfoldAdminSelectWidget()
    )
    fallback_after = forms.IntegerField(
        min_value=1,
        max_value=60,
        label=lazy("Fallback after (minutes)"),
        widget=widgets.UnfoldAdminIntegerFieldWidget(),
        help_text=lazy("Minutes without a nurse after which the patient gets the fallback instruction."),
    )
    policy = forms.ModelChoiceField(
        EscalationPolicy.objects.all(), label=lazy("Escalation policy"), widget=widgets.UnfoldAdminSelectWidget()
    )
    source = forms.CharField(
        widget=widgets.UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text=lazy("Where the numbers and words come from. The signer reads it."),
    )

    def __init__(self, *args: Any, line: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line = line
        for language in settings.MESSAGE_LANGUAGES:
            name = LANGUAGE_NAMES.get(language, language)
            self.fields[f"phrases_{language}"] = LinesField(
                label=_("The clinic’s own phrases, %(name)s") % {"name": name},
                required=False,
                help_text=_("One a line. Misspellings are read."),
            )
            for kind, label in (("instruction", _("Told at once")), ("fallback", _("Told when nobody has come"))):
                self.fields[f"{kind}_{language}"] = forms.CharField(
                    label=f"{label}, {name}",
                    widget=widgets.UnfoldAdminTextareaWidget(
                        attrs={"rows": 3, "data-count": line, "lang": language, "maxlength": 400}
                    ),
                )
        self.order_fields([f"phrases_{language}" for language in settings.MESSAGE_LANGUAGES])

    def clean(self) -> dict[str, Any]:
        """Hold each text to one SMS."""
        data = super().clean() or self.cleaned_data
        for language in settings.MESSAGE_LANGUAGES:
            for name in (f"instruction_{language}", f"fallback_{language}"):
                if data.get(name):
                    for problem in instruction.problems(data[name], line=self.line):
                        self.add_error(name, problem)
        return data

    def texts(self, kind: str) -> dict[str, str]:
        """The texts of one kind by language."""
        return {language: self.cleaned_data[f"{kind}_{language}"] for language in settings.MESSAGE_LANGUAGES}

    def phrases(self) -> dict[str, list[str]]:
        """The clinic's own phrases by language; languages without any are left out."""
        found = {language: self.cleaned_data[f"phrases_{language}"] for language in settings.MESSAGE_LANGUAGES}
        return {language: phrases for language, phrases in found.items() if phrases}


class _Triggers(BaseFormSet[TriggerForm]):
    """The triggers; those that are ticked for removal or left empty count for nothing."""

    def add_fields(self, form: TriggerForm, index: int | None) -> None:
        """The box that removes a trigger looks like the others."""
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove")
            form.fields["DELETE"].widget = widgets.UnfoldBooleanWidget()

    def values(self) -> list[dict[str, Any]]:
        """What a version keeps of them."""
        kept = [form for form in self.forms if form.has_changed() or form.initial]
        return [form.value() for form in kept if not form.cleaned_data.get("DELETE") and form.value()]


TriggerFormSet = formset_factory(TriggerForm, formset=_Triggers, extra=1, can_delete=True, max_num=40)


class EditedVersion:
    """Form and triggers together, as one page sends them."""

    def __init__(self, rule: AlertRule, latest: RuleVersion | None, data: Mapping[str, Any] | None) -> None:
        self.rule = rule
        known = ConceptsField.known() | _concepts_of(latest)
        self.form = VersionForm(data, line=longest_line(), initial=_initial(latest))
        self.triggers = cast(
            "_Triggers",
            TriggerFormSet(data, prefix="triggers", initial=_trigger_initial(latest), form_kwargs={"known": known}),
        )

    def is_valid(self) -> bool:
        """Whether it can become a version: each part by itself, then what fires it and its policy together."""
        fine = self.form.is_valid() & self.triggers.is_valid()
        return fine and self._fits()

    def _fits(self) -> bool:
        fires_on = self.fires_on()
        try:
            read = rule_from_json(self.rule.code, fires_on)
        except RuleError as error:
            self.form.add_error(None, str(error))
            return False
        if not read.triggers and not read.phrases:
            self.form.add_error(None, _("Nothing would ever fire it: give a trigger or a phrase."))
        tiers = {trigger.tier for trigger in read.triggers} | ({read.phrase_tier} if read.phrases else set())
        policy: EscalationPolicy = self.form.cleaned_data["policy"]
        if policy.waits_for_opening and any(tier.pages for tier in tiers):
            self.form.add_error("policy", _("This policy waits for opening; red and T0 never wait."))
        return not self.form.errors

    def fires_on(self) -> dict[str, Any]:
        """What a version keeps of what fires it."""
        return {
            "condition": self.rule.condition,
            "triggers": self.triggers.values(),
            "phrases": self.form.phrases(),
            "phrase_tier": self.form.cleaned_data["phrase_tier"],
        }


def _initial(latest: RuleVersion | None) -> dict[str, Any]:
    if latest is None:
        return {"phrase_tier": Tier.RED.value, "fallback_after": 10}
    found: dict[str, Any] = {
        "phrase_tier": latest.fires_on.get("phrase_tier", Tier.RED.value),
        "fallback_after": latest.fallback_after,
        "policy": latest.policy_id,
        "source": latest.source,
    }
    for language in settings.MESSAGE_LANGUAGES:
        found[f"phrases_{language}"] = list(latest.fires_on.get("phrases", {}).get(language, ()))
        found[f"instruction_{language}"] = latest.instruction.get(language, "")
        found[f"fallback_{language}"] = latest.fallback.get(language, "")
    return found


def _trigger_initial(latest: RuleVersion | None) -> list[dict[str, Any]]:
    return [TriggerForm.initial_of(trigger) for trigger in latest.fires_on.get("triggers", [])] if latest else []


def _concepts_of(latest: RuleVersion | None) -> frozenset[str]:
    triggers = latest.fires_on.get("triggers", []) if latest else []
    return frozenset(concept for trigger in triggers for concept in trigger.get("concepts", ()))
