"""The forms of a member of staff: name and mail, one role of five, and the clinics; nobody gives what she has not."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.forms import UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanWidget

from staff import scope
from staff.domain.roles import Role
from staff.models import Membership
from staff.roles import role_of

ROLE_WORDS = {
    Role.COORDINATOR: lazy("Coordinator"),
    Role.NURSE: lazy("Nurse"),
    Role.PHYSICIAN: lazy("Physician"),
    Role.MANAGER: lazy("Manager"),
    Role.AUDITOR: lazy("Auditor (reads only)"),
}


def clinics_of(user: Any) -> Any:
    """The clinics that `user` may give to somebody, as a query set."""
    clinics: Any = Membership._meta.get_field("clinic").related_model
    return scope.within(clinics.objects.order_by("name"), user, "pk")


class _RoleAndClinics(forms.ModelForm):  # type: ignore[type-arg]
    """Fields that stand in groups and memberships; `by` is the person at the form, set by the page."""

    by: Any = None

    role = forms.ChoiceField(label=lazy("Role"), required=False, widget=UnfoldAdminSelectWidget)
    clinics: Any = forms.ModelMultipleChoiceField(
        label=lazy("Clinics"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(role.value, words) for role, words in ROLE_WORDS.items()]
        if "role" in self.fields:
            self.fields["role"].choices = [("", "–"), *words]  # type: ignore[attr-defined]
            role = role_of(self.instance) if self.instance.pk else None
            self.fields["role"].initial = role.value if role else ""
        if "clinics" in self.fields:
            self.fields["clinics"].queryset = clinics_of(self.by)  # type: ignore[attr-defined]
            held = _memberships(self.instance).values_list("clinic", flat=True)
            self.fields["clinics"].initial = list(held)

    def clean(self) -> dict[str, Any]:
        """Somebody with a role works somewhere: a role without a clinic sees nothing."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("role") and "clinics" in data and not data["clinics"] and not self._elsewhere():
            self.add_error("clinics", _("Choose at least one clinic: whoever belongs to none sees nothing."))
        return data

    def _elsewhere(self) -> bool:
        """Whether the person works in clinics that whoever is at the form does not see."""
        return _memberships(self.instance).exclude(clinic__in=clinics_of(self.by)).exists()

    def keep(self, user: Any) -> None:
        """Write role and clinics. Clinics that the person at the form does not see stay as they are."""
        if "role" in self.cleaned_data:
            groups = user.groups.exclude(name__in=[role.value for role in Role])
            chosen = Group.objects.filter(name=self.cleaned_data["role"])
            user.groups.set([*groups, *chosen])
        if "clinics" in self.cleaned_data:
            kept = self.cleaned_data["clinics"]
            _memberships(user).filter(clinic__in=clinics_of(self.by)).exclude(clinic__in=kept).delete()
            for clinic in kept:
                Membership.objects.get_or_create(user=user, clinic=clinic)
            scope.forget(user)


def _memberships(user: Any) -> QuerySet[Membership]:
    """All of them: the page reads those of `user` for the reader's own clinics alone."""
    return Membership.objects.filter(user=user.pk) if user.pk else Membership.objects.none()


class StaffForm(_RoleAndClinics, UserChangeForm):
    """Somebody who is there."""


class NewStaffForm(_RoleAndClinics, UserCreationForm):
    """Somebody new, with a first password that is changed at the first chance."""

    is_active = forms.BooleanField(label=lazy("May sign in"), required=False, initial=True, widget=UnfoldBooleanWidget)
