"""Addresses that do not work, in the admin: since when and why, and the way to have one tried again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.decorators import display

from messaging import faults, scope
from messaging.admin.records import ReadOnly
from messaging.models import AddressFault
from staff.admin.base import PageAdmin

MAY_CLEAR = "messaging.change_addressfault"


class Standing(admin.SimpleListFilter):
    """Those that stand, unless somebody asks for the others."""

    title = lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """The choices beside the one that holds without asking."""
        return [("cleared", _("Works again")), ("all", _("All"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """With a name for the first one."""
        for number, choice in enumerate(super().choices(changelist)):
            yield choice if number else {**choice, "display": _("Does not work")}

    def queryset(self, request: HttpRequest, queryset: QuerySet[AddressFault]) -> QuerySet[AddressFault]:
        """Those of the choice."""
        if self.value() == "all":
            return queryset
        return queryset.filter(cleared_at__isnull=self.value() != "cleared")


@admin.register(AddressFault)
class AddressFaultAdmin(ReadOnly, PageAdmin):
    """To these nothing is sent. "Try again" is for when somebody knows better than the provider."""

    list_display = ("found_at", "channel", "address", "words", "code", "shown_state")
    list_display_links = ("found_at", "address")
    list_filter = (Standing, "channel")
    search_fields = ("address", "=code")
    search_help_text = lazy("Phone number, mailbox, or code")
    ordering = ("-found_at", "-id")
    list_filter_submit = False
    show_full_result_count = False
    actions = ("try_again",)
    list_before_template = "admin/messaging/address_faults_top.html"
    change_form_outer_before_template = "admin/messaging/address_fault_top.html"

    def scoped(self, request: HttpRequest, rows: QuerySet[AddressFault]) -> QuerySet[AddressFault]:
        """By the address."""
        return scope.of_addresses(rows, request.user)

    @display(description=lazy("state"), label={"broken": "danger", "cleared": "success"})
    def shown_state(self, fault: AddressFault) -> tuple[str, str]:
        return ("cleared", _("works again")) if fault.cleared_at else ("broken", _("does not work"))

    def has_try_again_permission(self, request: HttpRequest) -> bool:
        """Whoever may change a fault may let it be over; more there is not to change."""
        return bool(request.user.has_perm(MAY_CLEAR))

    @admin.action(description=lazy("Try these addresses again"), permissions=["try_again"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[AddressFault]) -> None:
        """Let those that were chosen be over."""
        now, by = timezone.now(), request.user.get_username()
        cleared = [fault for fault in queryset if faults.clear(fault, by=by, now=now)]
        for fault in cleared:
            self.log_change(request, fault, "Let it be tried again.")
        messages.success(
            request,
            _("%(count)s of %(count2)s will be tried again with the next message.")
            % {"count": len(cleared), "count2": len(queryset)},
        )

    def get_urls(self) -> list[URLPattern]:
        """One alone, from its page."""
        view = self.admin_site.admin_view(self.try_one_again)
        own = path("<int:object_id>/try-again/", view, name="messaging_addressfault_try_again")
        return [own, *super().get_urls()]

    def try_one_again(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Let one be over, and go back to its page."""
        fault = self.row_or_404(request, object_id)
        if not self.has_try_again_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self.try_again(request, AddressFault.objects.filter(pk=fault.pk))
        return HttpResponseRedirect(reverse("admin:messaging_addressfault_change", args=[fault.pk]))
