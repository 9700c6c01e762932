"""One trigger of a rule as a form: so many of these signs, or a temperature, in such a patient."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold import widgets

from alerts.domain.triage import likeness
from alerts.domain.triage.lexicon import LEXICON
from alerts.domain.words import Tier

_TIERS = [("", "—"), *[(tier.value, tier.name) for tier in Tier]]


class WordsField(forms.CharField):
    """Names with commas or spaces between them, as a sorted list."""

    def __init__(self, *, rows: int = 1, **kwargs: Any) -> None:
        plain = {"spellcheck": "false", "autocomplete": "off"}
        box: forms.Widget = widgets.UnfoldAdminTextInputWidget(attrs=plain)
        if rows > 1:
            box = widgets.UnfoldAdminTextareaWidget(attrs={"rows": rows, **plain})
        super().__init__(widget=box, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """A stored list as text."""
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        """The names."""
        words = value if isinstance(value, list | tuple) else re.split(r"[\s,;]+", value or "")
        return sorted({str(word).strip() for word in words if str(word).strip()})

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other names are meant."""
        return bool(self.to_python(initial or []) != self.to_python(data))


class ConceptsField(WordsField):
    """Signs that the lexicon knows."""

    @staticmethod
    def known() -> frozenset[str]:
        """Every sign that a text may be found to hold."""
        named = {pattern.concept for pattern in LEXICON.patterns if pattern.concept[0] not in "~>"}
        return frozenset(named | likeness.CONCEPTS)


class TriggerForm(forms.Form):
    """Fires at a tier when enough signs stand in the text, or a temperature is reported."""

    tier = forms.ChoiceField(choices=_TIERS, required=False, widget=widgets.UnfoldAdminSelectWidget())
    at_least = forms.IntegerField(
        label=lazy("At least"),
        min_value=1,
        max_value=20,
        required=False,
        initial=1,
        widget=widgets.UnfoldAdminIntegerFieldWidget(),
    )
    concepts = ConceptsField(label=lazy("Of these signs"), rows=2, required=False)
    temperature_c = forms.FloatField(
        label=lazy("Or from °C"),
        min_value=30,
        max_value=45,
        required=False,
        widget=widgets.UnfoldAdminDecimalFieldWidget(),
    )
    needs = WordsField(label=lazy("Only with"), required=False)
    unless = WordsField(label=lazy("Not with"), required=False)

    def __init__(self, *args: Any, known: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known

    @staticmethod
    def initial_of(trigger: Mapping[str, Any]) -> dict[str, Any]:
        """A stored trigger as the form's values."""
        return {
            "tier": trigger.get("tier", ""),
            "at_least": trigger.get("at_least", 1),
            "concepts": list(trigger.get("concepts", ())),
            "temperature_c": trigger.get("temperature_c"),
            "needs": list(trigger.get("needs", ())),
            "unless": list(trigger.get("unless", ())),
        }

    def clean_concepts(self) -> list[str]:
        """Name the signs that no text could ever hold."""
        concepts: list[str] = self.cleaned_data["concepts"]
        unknown = [concept for concept in concepts if concept not in self.known]
        if unknown:
            raise forms.ValidationError(
                _("The lexicon knows no sign called %(unknown)s.") % {"unknown": ", ".join(unknown)}
            )
        return concepts

    def clean(self) -> dict[str, Any]:
        """A trigger that says something says at which tier, and on what."""
        data = super().clean() or self.cleaned_data
        if data.get("DELETE") or not self.has_changed():
            return data
        concepts, temperature = data.get("concepts"), data.get("temperature_c")
        if not data.get("tier"):
            self.add_error("tier", _("At which tier does it fire?"))
        if not concepts and temperature is None and "concepts" not in self.errors:
            self.add_error("concepts", _("Nothing would ever fire it: name signs or a temperature."))
        if concepts and (data.get("at_least") or 1) > len(concepts):
            self.add_error("at_least", _("There are only %(count)s signs.") % {"count": len(concepts)})
        return data

    def value(self) -> dict[str, Any]:
        """What a version keeps; empty for a form that says nothing."""
        data = self.cleaned_data
        if not data.get("tier"):
            return {}
        kept: dict[str, Any] = {"tier": data["tier"]}
        if data.get("concepts"):
            kept |= {"concepts": data["concepts"], "at_least": data.get("at_least") or 1}
        if data.get("temperature_c") is not None:
            kept["temperature_c"] = data["temperature_c"]
        return kept | {name: data[name] for name in ("needs", "unless") if data.get(name)}
