"""The form of a rung: its template must exist in every language, and use only blanks that get a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from unfold import widgets

from messaging import wordings
from messaging.domain.delivery import Channel
from messaging.domain.wording import Segments, WordingError, fold_to_gsm7, segments
from patients.admin.fields import LANGUAGE_NAMES, SeveralField
from reminders.models import ReminderRule
from reminders.models.rule import default_channels
from reminders.rendering import VOCABULARY, template_problems

CHANNELS: list[tuple[str, Any]] = [(Channel.SMS.value, _("Text message")), (Channel.EMAIL.value, _("E-mail"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One wording, filled with the longest values that it may get."""

    language: str
    channel: str
    subject: str = ""
    text: str = ""
    weight: Segments | None = None
    problem: str = ""


def previews(template: str, channels: Iterable[str]) -> list[Preview]:
    """The words of `template` in every language, for every one of `channels`."""
    kinds = [Channel(channel) for channel in channels if channel in set(Channel)]
    return [_preview(template, language, channel) for channel in kinds for language in settings.MESSAGE_LANGUAGES]


def _preview(template: str, language: str, channel: Channel) -> Preview:
    blank = Preview(language=LANGUAGE_NAMES.get(language, language), channel=dict(CHANNELS)[channel.value])
    try:
        filled = wordings.load(template, language, channel).filled(VOCABULARY)
    except WordingError as error:
        return replace(blank, problem=str(error))
    if channel is not Channel.SMS:
        return replace(blank, subject=filled.subject, text=filled.body)
    text = fold_to_gsm7(filled.body)
    return replace(blank, text=text, weight=segments(text))


class RuleForm(forms.ModelForm[ReminderRule]):
    """One rung."""

    channels = SeveralField(choices=CHANNELS, label=_("Channels"), initial=default_channels)
    template = forms.CharField(
        max_length=60,
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"list": "wordings", "autocomplete": "off"}),
        help_text=_("Name of the wording in templates/messages/; its words are shown below once saved."),
    )

    class Meta:
        model = ReminderRule
        fields = (
            "code",
            "name",
            "route",
            "treatment",
            "anchor",
            "offset_kind",
            "offset_minutes",
            "offset_days",
            "offset_time",
            "channels",
            "template",
            "condition",
            "expires_minutes",
            "first_visits",
            "counts",
            "source",
            "is_active",
        )
        labels = {
            "anchor": _("Counted from"),
            "offset_kind": _("Counted in"),
            "offset_days": _("Days"),
            "offset_time": _("At"),
            "offset_minutes": _("Minutes"),
            "expires_minutes": _("Out of date after (minutes)"),
            "first_visits": _("Only for the first visits"),
        }

    def clean(self) -> dict[str, Any]:
        """Hold the template to every language and channel in which it would be sent."""
        data = super().clean() or self.cleaned_data
        if data.get("template") and data.get("channels"):
            problems = template_problems(data["template"], data["channels"])
            if problems:
                self.add_error("template", [forms.ValidationError(problem) for problem in problems])
        return data
