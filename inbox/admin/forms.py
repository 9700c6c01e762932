"""The forms of a conversation: an answer, an end, somebody who takes it."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold import widgets

from inbox.answering import Way
from inbox.domain.words import CHOSEN
from staff.scope import who_see

LONGEST = 1500


class AnswerForm(forms.Form):
    """What is written, and to whom. `form` makes one that is sent twice the same one."""

    to = forms.ChoiceField(label=lazy("To"), widget=widgets.UnfoldAdminSelectWidget())
    words = forms.CharField(
        label=lazy("Answer"),
        max_length=LONGEST,
        error_messages={"required": lazy("Write something.")},
        widget=widgets.UnfoldAdminTextareaWidget(attrs={"rows": 4, "data-parts": ""}),
    )
    form = forms.UUIDField(widget=forms.HiddenInput())

    def __init__(self, data: Any = None, *, ways: list[Way], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choices = [
            (way.address, _("%(name)s – not possible") % {"name": way.name} if way.refusal else way.name)
            for way in ways
        ]
        cast("forms.ChoiceField", self.fields["to"]).choices = choices

    @staticmethod
    def fresh() -> dict[str, Any]:
        """What a form begins with: a name of its own."""
        return {"form": uuid.uuid4()}


class CloseForm(forms.Form):
    """How it ended."""

    disposition = forms.ChoiceField(
        choices=[("", lazy("Choose…")), *[(one.value, one.label) for one in CHOSEN]],
        label=lazy("How it ended"),
        widget=widgets.UnfoldAdminSelectWidget(),
        error_messages={"required": lazy("Choose how it ended.")},
    )
    note = forms.CharField(
        required=False, max_length=300, label=lazy("Note"), widget=widgets.UnfoldAdminTextInputWidget()
    )
    others = forms.BooleanField(
        required=False, initial=True, label=lazy("It holds for the others too"), widget=widgets.UnfoldBooleanWidget()
    )


class AssignForm(forms.Form):
    """Who takes it; nobody where it is left empty."""

    to = forms.ModelChoiceField(
        queryset=get_user_model().objects.none(),
        required=False,
        label=lazy("Assigned to"),
        empty_label=lazy("Nobody"),
        widget=widgets.UnfoldAdminSelectWidget(),
    )

    def __init__(self, data: Any = None, *, clinic: int, **kwargs: Any) -> None:
        super().__init__(data, auto_id="assign_%s", **kwargs)
        cast("forms.ModelChoiceField[Any]", self.fields["to"]).queryset = colleagues(clinic)


def colleagues(clinic: int) -> QuerySet[AbstractBaseUser]:
    """Staff who may take a conversation of a clinic."""
    users = get_user_model().objects.with_perm(
        "inbox.change_thread", backend="django.contrib.auth.backends.ModelBackend"
    )
    return cast(
        "QuerySet[AbstractBaseUser]",
        who_see(users.filter(is_staff=True, is_active=True), [clinic]).order_by("username"),
    )
