"""What is done to a rule: sign off its newest version, activate it, switch the rule off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold import widgets

from alerts import rulebook
from alerts.admin.rule_versions import facts as version_facts
from alerts.models import AlertRule, RuleVersion
from patients.admin.acts import Act, ActForm

SIGN = "alerts.sign_off_rule"


class SignForm(ActForm):
    """Who answers for it: name and office, typed."""

    name = forms.CharField(
        max_length=90, widget=widgets.UnfoldAdminTextInputWidget(attrs={"autofocus": True, "autocomplete": "off"})
    )
    office = forms.CharField(
        max_length=50,
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=lazy("Such as Medical Director. Both stand beside this version for good."),
    )
    number = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = newest_of(self.row)
        self.fields["number"].initial = newest.number if newest else 0


def newest_of(rule: AlertRule) -> RuleVersion | None:
    """The version that was written last."""
    return rule.versions.select_related("policy").order_by("-number").first()


def _facts(rule: AlertRule) -> list[tuple[str, str]]:
    newest = newest_of(rule)
    if newest is None:
        return [(_("Version"), _("none is written yet"))]
    return [
        (
            _("Version"),
            _("%(number)s, written by %(written_by)s") % {"number": newest.number, "written_by": newest.written_by},
        ),
        *version_facts(newest),
    ]


def _newest(rule: AlertRule) -> RuleVersion:
    newest = newest_of(rule)
    if newest is None:
        raise ValidationError(_("No version of this rule is written yet."))
    return newest


def _sign(rule: AlertRule, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    version = _newest(rule)
    if version.number != data["number"]:
        raise ValidationError(
            _("Version %(number)s was written meanwhile. Read it, then sign.") % {"number": version.number}
        )
    signed_as = f"{data['name'].strip()}, {data['office'].strip()}"
    try:
        rulebook.sign_off(version, user=cast("AbstractBaseUser", request.user), signed_as=signed_as, now=now)
    except ValueError as error:
        raise ValidationError(str(error)) from error
    return _("Version %(number)s is signed off by %(signed_as)s. Activate it to put it in force.") % {
        "number": version.number,
        "signed_as": signed_as,
    }


def _activate(rule: AlertRule, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    version = _newest(rule)
    try:
        rulebook.activate(rule, version)
    except rulebook.NotSigned as error:
        raise ValidationError(
            _("Version %(number)s is not signed off, so it cannot be activated. Sign it off first.")
            % {"number": version.number}
        ) from error
    return _("Version %(number)s is in force: every text is read by it from now on.") % {"number": version.number}


def _retire(rule: AlertRule, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    rulebook.retire(rule)
    return _("Switched off. Texts that only this rule would know go to the nurse’s inbox.")


SIGN_OFF = Act(
    title=lazy("Sign off the newest version"),
    submit=lazy("Sign off"),
    do=_sign,
    form=SignForm,
    facts=_facts,
    permission=SIGN,
    explain=lazy(
        "With your name you answer for what fires this rule and for what patients are told. It cannot be undone."
    ),
)
ACTIVATE = Act(
    title=lazy("Activate the newest version"),
    submit=lazy("Activate"),
    do=_activate,
    facts=_facts,
    permission=SIGN,
    explain=lazy("Only a signed version can be activated. Alerts that are open keep the version that raised them."),
)
RETIRE = Act(
    title=lazy("Switch this rule off"),
    submit=lazy("Switch off"),
    do=_retire,
    permission=SIGN,
    danger=True,
    explain=lazy("It does not fire any more. What only it would have known is read by a nurse, and pages nobody."),
)
