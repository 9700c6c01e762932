"""Staff accounts: a manager keeps those of her own clinics; superusers keep everybody and the groups."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm

from staff import scope
from staff.admin.base import PageAdmin
from staff.admin.people_forms import ROLE_WORDS, NewStaffForm, StaffForm
from staff.domain.roles import Role
from staff.models import Membership

admin.site.unregister(User)
admin.site.unregister(Group)

_PERSON = (None, {"fields": ("username", ("first_name", "last_name"), "email", "is_active")})
_WORK = (lazy("Work"), {"fields": ("role", "clinics")})
_FOR_SUPERUSERS = (
    lazy("Beyond roles"),
    {"fields": ("is_staff", "is_superuser", "groups", "user_permissions"), "classes": ("collapse",)},
)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, PageAdmin):  # type: ignore[misc, type-arg]
    """People who may enter."""

    form = StaffForm
    add_form = NewStaffForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "shown_name", "email", "shown_role", "shown_clinics", "is_active", "last_login")
    list_filter = ("is_active",)
    readonly_fields = ("last_login", "date_joined", "shown_second_factor")
    filter_horizontal = ()

    def scoped(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Oneself, and colleagues of one's clinics; superusers are seen by superusers alone."""
        ids = scope.clinic_ids(request.user)
        if ids is None:
            return rows
        colleagues = Membership.objects.filter(clinic__in=ids).values("user")
        return rows.filter(Q(pk__in=colleagues, is_superuser=False) | Q(pk=request.user.pk))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With roles and clinics, read once for the whole list."""
        own = Membership.objects.select_related("clinic").order_by("clinic__name")
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.prefetch_related("groups", Prefetch("memberships", scope.within(own, request.user, "clinic")))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody raises herself; whoever works in clinics that one does not see is changed by somebody who sees all."""
        may: bool = super().has_change_permission(request, obj)
        if not may or obj is None or request.user.is_superuser:
            return may
        return obj.pk != request.user.pk and not self._elsewhere(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever did something stays named; an account is switched off instead."""
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Rights beyond the five roles are a superuser's to give."""
        if obj is None:
            passwords = (None, {"fields": ("username", ("first_name", "last_name"), "email", "password1", "password2")})
            return (passwords, _WORK)
        dates = (lazy("Signing in"), {"fields": ("shown_second_factor", ("last_login", "date_joined"))})
        more = (_FOR_SUPERUSERS,) if request.user.is_superuser else ()
        return (_PERSON, _WORK, dates, *more)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Who may only look sees role and clinics as words."""
        may = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return self.readonly_fields if may else (*self.readonly_fields, "role", "clinics")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """A form that knows who is at it."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"by": request.user})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """Role and clinics stand in other tables."""
        super().save_related(request, form, formsets, change)
        form.keep(form.instance)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Whoever is made here is staff; whether she is a superuser only a superuser says."""
        if not change:
            obj.is_staff, obj.is_superuser = True, False
        super().save_model(request, obj, form, change)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Django asks for the right to change; here also for the person."""
        person = self.get_object(request, id)
        if person is not None and person.pk != request.user.pk and not self.has_change_permission(request, person):
            raise PermissionDenied
        response: HttpResponse = super().user_change_password(request, id, form_url)
        return response

    def role(self, user: Any) -> str:
        """The role as words, where it cannot be chosen."""
        return str(self.shown_role(user))

    def clinics(self, user: Any) -> str:
        """The clinics as words, where they cannot be chosen."""
        return str(self.shown_clinics(user))

    @display(description=lazy("Name"), ordering="last_name")
    def shown_name(self, user: Any) -> str:
        """First and last name."""
        return str(user.get_full_name() or "–")

    @display(description=lazy("Role"))
    def shown_role(self, user: Any) -> str:
        """One of the five; a superuser is beyond them."""
        if user.is_superuser:
            return _("Superuser")
        names = {group.name for group in user.groups.all()}
        return next((str(words) for role, words in ROLE_WORDS.items() if role.value in names), "–")

    @display(description=lazy("Clinics"))
    def shown_clinics(self, user: Any) -> str:
        """Those of them that the reader sees."""
        return ", ".join(str(one.clinic) for one in user.memberships.all()) or "–"

    @display(description=lazy("Second step"))
    def shown_second_factor(self, user: Any) -> str:
        """A way to set it up anew, when a telephone is lost."""
        address = reverse("second_factor_reset", args=[user.pk])
        return format_html('<a class="bw-do" href="{}">{}</a>', address, _("Reset"))

    def _elsewhere(self, request: HttpRequest, person: Any) -> bool:
        ids = scope.clinic_ids(request.user)
        # Not person.memberships: on this page they are read for the reader's own clinics alone.
        return ids is not None and Membership.objects.filter(user=person).exclude(clinic__in=ids).exists()


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, PageAdmin):  # type: ignore[misc]
    """What people of one role may do. The five roles follow the product's own table."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The five are set again after every migration: what is changed here would be lost."""
        return not _is_role(obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They would be made again, with nobody in them."""
        return not _is_role(obj) and bool(super().has_delete_permission(request, obj))


def _is_role(group: Any) -> bool:
    return group is not None and group.name in {role.value for role in Role}
