"""Responders in the admin: who can be paged, where, and whether that place is known to reach them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold import widgets
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from alerts.admin.rota_person import OnTheRota
from alerts.models import Responder
from patients.admin.clock import clock
from patients.admin.fields import LanguageField
from patients.admin.show import chip, two_lines
from staff.admin.base import PageAdmin
from staff.admin.filters import OwnDropdownFilter
from staff.scope import clinic_ids, who_see


class LoginField(forms.ModelChoiceField[Any]):
    """A login of staff. A plain list: whoever keeps responders need not be allowed to look into accounts."""

    def __init__(self, **kwargs: Any) -> None:
        staff = get_user_model().objects.filter(is_staff=True).order_by("username")
        super().__init__(staff, widget=widgets.UnfoldAdminSelect2Widget(), empty_label="–", **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        """Login and name."""
        name = obj.get_full_name()
        return f"{obj.get_username()} ({name})" if name else str(obj.get_username())


class ResponderForm(forms.ModelForm[Responder]):
    """A responder; a number or mailbox that changes has to be verified anew."""

    language = LanguageField(initial="en", help_text=lazy("In which she is paged."))
    user = LoginField(
        label=lazy("Login"),
        required=False,
        help_text=lazy("With it she can take red flags in the admin, and sees details on her phone once logged in."),
    )

    #: Whose logins are offered; None: everybody's. Set by the page for whoever is at it.
    clinics: frozenset[int] | None = None

    class Meta:
        model = Responder
        fields = ("name", "clinic", "user", "phone", "email", "language", "is_active")
        labels = {"is_active": lazy("Can be paged")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Of this form alone: what is declared above is shared by all who ever open one.
        if "user" in self.fields and self.clinics is not None:
            field: Any = self.fields["user"]
            field.queryset = who_see(field.queryset, self.clinics)

    def save(self, commit: bool = True) -> Responder:  # noqa: FBT001, FBT002 - Django's own signature
        """Forget that an address was verified when it is changed."""
        if "phone" in self.changed_data:
            self.instance.phone_verified_at = None
        if "email" in self.changed_data:
            self.instance.email_verified_at = None
        return super().save(commit=commit)


@admin.register(Responder)
class ResponderAdmin(OnTheRota, PageAdmin):
    """Nurses, physicians and managers who take red flags; switched off, never deleted."""

    clinic_path = "clinic"
    form = ResponderForm
    list_display = ("name", "clinic", "shown_phone", "shown_email", "shown_login", "shown_state")
    list_filter = (("clinic", OwnDropdownFilter), ("is_active", BooleanRadioFilter))
    list_select_related = ("clinic", "user")
    search_fields = ("name", "phone", "email", "user__username")
    search_help_text = lazy("Name, phone, e-mail or login")
    autocomplete_fields = ("clinic",)
    warn_unsaved_form = True
    fieldsets = (
        (None, {"fields": (("name", "clinic"), ("user", "language"))}),
        (lazy("Where pages go"), {"fields": (("phone", "email"), "is_active")}),
        (lazy("On call"), {"fields": (("shown_ready", "shown_feed"),)}),
    )
    readonly_fields = ("shown_ready", "shown_feed")
    actions_detail = ("verify", "renew_feed")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Switch her off instead: what she did refers to her."""
        return False

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  # as Django calls it
        """Only logins of colleagues."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"clinics": clinic_ids(request.user)})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Responder]:
        """With clinic and login."""
        queryset: QuerySet[Responder] = super().get_queryset(request)
        return queryset.select_related("clinic", "user")

    @display(description=lazy("Phone"), ordering="phone")
    def shown_phone(self, person: Responder) -> str:
        """The number, and whether a text is known to reach her there."""
        if not person.phone:
            return chip("bad", "none")
        return two_lines(person.phone, _verified(person, "phone"))

    @display(description=lazy("E-mail"), ordering="email")
    def shown_email(self, person: Responder) -> str:
        """The mailbox, and whether it was proven."""
        return two_lines(person.email, _verified(person, "email")) if person.email else "–"

    @display(description=lazy("Login"), ordering="user__username")
    def shown_login(self, person: Responder) -> str:
        """With which she acts in the admin."""
        return person.user.get_username() if person.user else "–"

    @display(description=lazy("State"), ordering="is_active")
    def shown_state(self, person: Responder) -> str:
        """Whether she can be paged."""
        return chip("ok", _("can be paged")) if person.is_active else chip("warning", _("switched off"))


def _verified(person: Responder, what: str) -> str:
    at = person.phone_verified_at if what == "phone" else person.email_verified_at
    return _("verified %(at)s") % {"at": clock(at, person.clinic.zone)} if at else chip("warning", _("not verified"))
