"""The forms of a warning rule: the rule itself, and its words in one language, which become a new version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold import widgets

from alerts.models import WarningRule
from alerts.models.warning import WARNING_CHANNELS
from alerts.warnings import texts
from alerts.warnings.texts import Text
from messaging import wordings
from messaging.domain.delivery import Channel
from messaging.domain.wording import WordingError
from patients.admin.acts import Act, ActForm
from patients.admin.fields import LANGUAGE_NAMES, SeveralField

CHANNEL_WORDS: dict[Channel, Any] = {Channel.SMS: lazy("Text"), Channel.EMAIL: lazy("E-mail")}


class WarningRuleForm(forms.ModelForm[WarningRule]):
    """One rule; the ways are boxes, tried from left to right."""

    channels = SeveralField(
        label=lazy("By"),
        choices=[(channel.value, CHANNEL_WORDS[channel]) for channel in WARNING_CHANNELS],
        help_text=lazy("Tried in this order; the first one that reaches her is used."),
    )

    class Meta:
        model = WarningRule
        fields = (
            *("code", "name", "topic", "audience", "drug_class", "anchor", "after_days", "at_time", "every_weeks"),
            *("for_weeks", "first_doses", "expires_days", "channels", "template", "source", "is_active"),
        )
        labels = {
            "audience": lazy("Whom it is for"),
            "drug_class": lazy("Treatment"),
            "after_days": lazy("So many days after"),
            "at_time": lazy("At"),
            "every_weeks": lazy("Again every so many weeks"),
            "for_weeks": lazy("For so many weeks"),
            "first_doses": lazy("First doses only"),
            "expires_days": lazy("Of use for so many days"),
            "template": lazy("Default words"),
            "source": lazy("Why, and from where"),
            "is_active": lazy("Active"),
        }

    def clean_template(self) -> str:
        """There must be default words in every language, for both ways."""
        name = str(self.cleaned_data["template"])
        for language in settings.MESSAGE_LANGUAGES:
            for channel in WARNING_CHANNELS:
                try:
                    found = set(wordings.load(name, language, channel).variables) - set(texts.BLANKS)
                except WordingError as error:
                    raise ValidationError(str(error)) from error
                if found:
                    blanks = ", ".join(sorted(found))
                    raise ValidationError(
                        _("%(name)s: a warning knows {clinic} and {line}, not %(blanks)s.")
                        % {"name": name, "blanks": blanks}
                    )
        return name


class TextForm(ActForm):
    """The words of a rule in one language; wrong ones are refused at their field."""

    language = ""

    sms = forms.CharField(
        label=lazy("Text message"),
        max_length=320,
        widget=widgets.UnfoldAdminTextareaWidget(attrs={"rows": 4, "autofocus": True}),
        help_text=lazy("Two SMS at most with {clinic} and {line} filled in. Say how to report a symptom by reply."),
    )
    subject = forms.CharField(
        label=lazy("Subject of the mail"), max_length=120, widget=widgets.UnfoldAdminTextInputWidget()
    )
    mail = forms.CharField(
        label=lazy("Mail"),
        max_length=4000,
        widget=widgets.UnfoldAdminTextareaWidget(attrs={"rows": 14}),
        help_text=lazy("Paragraphs with an empty line between them. Blanks: {clinic} and {line}."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        try:
            holds = texts.current(self.row, self.language)
        except WordingError:
            return
        self.initial = {"sms": holds.sms, "subject": holds.subject, "mail": holds.mail}

    def clean(self) -> dict[str, Any]:
        """What could not be sent is said at its field."""
        data = super().clean() or self.cleaned_data
        if not self.errors:
            for field, sentences in texts.problems(_text(data)).items():
                self.add_error(field, sentences)
        return data


def write_act(language: str) -> Act:
    """Writing the next version of a rule's words in `language`."""
    name = LANGUAGE_NAMES.get(language, language)

    def write(rule: WarningRule, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
        made = texts.write(rule, language, _text(data), by=request.user.get_username(), now=now)
        return _("Version %(number)s of the words in %(name)s holds from now on.") % {
            "number": made.number,
            "name": name,
        }

    def facts(rule: WarningRule) -> list[tuple[str, str]]:
        newest = texts.newest(rule, language)
        holds = (
            _("version %(number)s, by %(written_by)s") % {"number": newest.number, "written_by": newest.written_by}
            if newest
            else _("the default that ships")
        )
        return [(_("Warning"), rule.name), (_("Language"), name), (_("Holds now"), holds)]

    return Act(
        title=_("Words in %(name)s: new version") % {"name": name},
        submit=_("Keep as a new version"),
        do=write,
        form=type("LanguageTextForm", (TextForm,), {"language": language}),
        facts=facts,
        explain=_(
            "Patients may have read the earlier words, so they are kept. "
            "Name no drug and no illness: texts are read over shoulders."
        ),
    )


def _text(data: Mapping[str, Any]) -> Text:
    return Text(sms=data["sms"], subject=data["subject"], mail=data["mail"].replace("\r\n", "\n"))
