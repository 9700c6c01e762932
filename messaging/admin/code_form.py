"""The form in which staff decide what a code of a provider calls for, and what it does not let them decide."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from messaging.codes import DEFAULTS
from messaging.domain.reactions import TRANSIENT, Reaction
from messaging.models import CodeReaction

_NAME = re.compile(r"[1-9]\d{4}|http-[345]\d\d|smtp-(\d{3}|[245]\.\d{1,3}(\.\d{1,3})?|auth|sender|data|utf8)")
#: Said in receipts: each further try is a message that is paid for, and the answer comes within seconds.
_REPORTED = re.compile(r"3\d{4}|63\d{3}")
LONGEST_WAIT = 86_400
MOST_TRIES = 20
#: A report that is tried again without a limit must not come round more often than this.
ENDLESS_WAIT = 3600


class CodeReactionForm(forms.ModelForm):  # type: ignore[type-arg]
    """One decision. Each refusal names the field and what was typed."""

    wait_seconds = forms.IntegerField(
        label=lazy("Wait, in seconds"),
        initial=0,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=lazy("The least wait before another try, in seconds. 0: our own."),
    )
    tries = forms.IntegerField(
        label=lazy("More tries"),
        initial=0,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=lazy("How many more tries after the first. 0: as many as the message has time for."),
    )

    class Meta:
        model = CodeReaction
        fields = ("code", "reaction", "wait_seconds", "tries", "words", "note")
        help_texts = {
            "code": lazy("As the provider names it: 30003, smtp-550, smtp-5.7.1, http-403."),
        }
        labels = {
            "words": lazy("What staff read"),
            "note": lazy("Why"),
        }

    def clean_code(self) -> str:
        """A code that a provider can have answered, by the name under which it is looked up."""
        code = str(self.cleaned_data["code"]).strip().lower()
        if not _NAME.fullmatch(code):
            raise ValidationError(
                _("“%(code)s” is no code of a provider: five digits such as 30003, or smtp-550, smtp-5.7.1, http-403.")
                % {"code": code}
            )
        return code

    def clean_wait_seconds(self) -> int:
        """Between nothing and a day."""
        return self._within("wait_seconds", LONGEST_WAIT, _("seconds"))

    def clean_tries(self) -> int:
        """A small number."""
        return self._within("tries", MOST_TRIES, _("more tries"))

    def clean(self) -> dict[str, Any]:
        """What fits together, and what must never be decided."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return data
        reaction, code = Reaction(data["reaction"]), data.get("code") or self.instance.code
        for field, problem in _problems(code, reaction, data["wait_seconds"], data["tries"]):
            self.add_error(field, problem)
        return data

    def _within(self, name: str, most: int, unit: str) -> int:
        value = int(self.cleaned_data[name])
        if not 0 <= value <= most:
            raise ValidationError(
                _("%(value)s %(unit)s: between 0 and %(most)s.") % {"value": value, "unit": unit, "most": most}
            )
        return value


def _problems(code: str, reaction: Reaction, wait: int, tries: int) -> list[tuple[str, str]]:
    default = DEFAULTS[code].reaction if code in DEFAULTS else None
    about_us = default is Reaction.HOLD and reaction in (Reaction.ADDRESS, Reaction.OPT_OUT)
    once = bool(_REPORTED.fullmatch(code)) and reaction in TRANSIENT and tries == 0
    said = {"code": code, "wait": wait, "tries": tries, "meaning": reaction.meaning}
    rules = (
        (default is Reaction.OPT_OUT and reaction is not Reaction.OPT_OUT, "reaction", _STOPPED),
        (about_us, "reaction", _ABOUT_US),
        (reaction not in TRANSIENT and wait > 0, "wait_seconds", _NO_WAIT),
        (reaction not in TRANSIENT and tries > 0, "tries", _NO_TRIES),
        (once and wait < ENDLESS_WAIT, "tries", _ENDLESS),
    )
    return [(field, words % said) for applies, field, words in rules if applies]


_STOPPED = lazy("%(code)s: the person has said stop. That is respected whatever we would rather do.")
_ABOUT_US = lazy("%(code)s is about us, not about an address: every number that we write to would be given up.")
_NO_WAIT = lazy("%(wait)s seconds: nothing is tried again after “%(meaning)s”, so there is no wait.")
_NO_TRIES = lazy("%(tries)s more tries: nothing is tried again after “%(meaning)s”.")
_ENDLESS = lazy("0 for %(code)s: it comes back within seconds, so limit the tries, or wait an hour or longer.")
