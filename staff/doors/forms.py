"""What is typed at the second door: a code of six digits, or a recovery code."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

_ATTRIBUTES = {
    "autocomplete": "one-time-code",
    "autofocus": True,
    "spellcheck": "false",
    "autocapitalize": "characters",
}


class CodeForm(forms.Form):
    """One code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("The six digits that your authenticator shows, or one of your recovery codes."),
        error_messages={"required": _("Type the code.")},
        widget=UnfoldAdminTextInputWidget(attrs=_ATTRIBUTES),
    )


class EnrolForm(CodeForm):
    """The first code of an authenticator that is being set up."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("The six digits that the authenticator shows now."),
        error_messages={"required": _("Type the code that the authenticator shows.")},
        widget=UnfoldAdminTextInputWidget(attrs={**_ATTRIBUTES, "inputmode": "numeric"}),
    )
