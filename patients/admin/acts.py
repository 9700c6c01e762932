"""One deed on one row: a small page with a form, done through a service, whose refusals land in the form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django_stubs_ext import StrOrPromise
from unfold import widgets
from unfold.admin import ModelAdmin

from staff.admin.once import once

Facts = list[tuple[str, str]]


class ActForm(forms.Form):
    """A form that knows the row it is about and the moment at which it is asked."""

    def __init__(self, *args: Any, row: Any, now: datetime, **kwargs: Any) -> None:
        self.row = row
        self.now = now
        super().__init__(*args, **kwargs)


class ReasonForm(ActForm):
    """Only a reason."""

    reason = forms.CharField(
        max_length=200,
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"autofocus": True}),
        help_text=lazy("Kept with it; staff will read it."),
    )


def _no_facts(row: Any) -> Facts:
    return []


@dataclass(frozen=True, kw_only=True)
class Act:
    """What is done, and how the page that asks for it reads. `do` answers what to tell the person."""

    title: StrOrPromise
    submit: StrOrPromise
    do: Callable[[Any, Mapping[str, Any], HttpRequest, datetime], str]
    form: type[ActForm] = ActForm
    explain: StrOrPromise = ""
    danger: bool = False
    facts: Callable[[Any], Facts] = field(default=_no_facts)
    permission: str = ""  # "" asks for the right to change the row
    home: Callable[[Any], str] | None = None


def add_refusal(form: forms.BaseForm, error: ValidationError) -> None:
    """Put a service's refusal at the fields that it names; what names no field of this form goes on top."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields and name != NON_FIELD_ERRORS else None, errors)


def act_view(model_admin: ModelAdmin, request: HttpRequest, row: Model | None, act: Act) -> HttpResponse:
    """Show the act's form, or do it, once however often it is sent, and go back to where the person came from."""
    return once(request, lambda: _act_page(model_admin, request, row, act))


def _act_page(model_admin: ModelAdmin, request: HttpRequest, row: Model | None, act: Act) -> HttpResponse:
    if row is None:
        raise Http404(_("There is no such row any more."))
    if not (
        request.user.has_perm(act.permission) if act.permission else model_admin.has_change_permission(request, row)
    ):
        raise PermissionDenied
    now = timezone.now()
    form = act.form(request.POST if request.method == "POST" else None, row=row, now=now)
    home = _home(request, row, act)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                told = act.do(row, form.cleaned_data, request, now)
                model_admin.log_change(request, row, told)
        except ValidationError as error:
            add_refusal(form, error)
        else:
            messages.success(request, told)
            return HttpResponseRedirect(home)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": act.title,
        "opts": model_admin.opts,
        "act": act,
        "row": row,
        "facts": act.facts(row),
        "form": form,
        "media": model_admin.media + form.media,
        "home": home,
    }
    return TemplateResponse(request, "admin/act.html", context)


def row_of(model_admin: ModelAdmin, request: HttpRequest, object_id: str) -> Model | None:
    """The row that an address names, if there is one."""
    row: Model | None = model_admin.get_object(request, unquote(str(object_id)))
    return row


def _home(request: HttpRequest, row: Model, act: Act) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if asked and url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}):
        return asked
    if act.home is not None:
        return act.home(row)
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
