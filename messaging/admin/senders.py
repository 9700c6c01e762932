"""Our senders in the admin: how fast each may send, whether it is held, and the way to have it tried again at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.admin import ModelAdmin
from unfold.decorators import display

from messaging import breakers
from messaging.domain.address import is_email, is_phone
from messaging.domain.delivery import Channel
from messaging.models import Sender
from staff.admin.history import HistoryInWords


class SenderForm(forms.ModelForm):  # type: ignore[type-arg]
    """A sender of ours and its pace."""

    class Meta:
        model = Sender
        fields = ("channel", "address", "pace")

    def clean_address(self) -> str:
        """One that can be a sender."""
        address = str(self.cleaned_data["address"]).strip()
        if not (is_phone(address) or is_email(address) or address.startswith("MG")):
            raise forms.ValidationError(
                _("address: neither a number (+12025550100), nor a messaging service (MG…), nor a mailbox: %(address)s")
                % {"address": address}
            )
        return address

    def clean_pace(self) -> float | None:
        """More than nothing; what must not send at all is paused."""
        pace: float | None = self.cleaned_data["pace"]
        if pace is not None and pace <= 0:
            raise forms.ValidationError(
                _("%(pace)s a second: more than 0, or empty for what its kind of sender is allowed.")
                % {"pace": f"{pace:g}"}
            )
        return pace


@admin.register(Sender)
class SenderAdmin(HistoryInWords, ModelAdmin):
    """Senders that have a pace of their own or were refused once; the others have their defaults."""

    form = SenderForm
    list_display = ("shown_name", "channel", "shown_state", "shown_why", "shown_since", "shown_next", "pace")
    list_display_links = ("shown_name",)
    ordering = ("channel", "address")
    actions = None
    list_before_template = "admin/messaging/senders_top.html"
    change_form_outer_before_template = "admin/messaging/sender_top.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An empty pace is the default; a breaker closes by itself or by a person."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Sender | None = None) -> tuple[str, ...]:
        """Another address is another sender."""
        return ("channel", "shown_name") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Sender | None = None) -> tuple[str, ...]:
        """What may be set."""
        return ("channel", "shown_name", "pace") if obj else ("channel", "address", "pace")

    def get_urls(self) -> list[URLPattern]:
        """The way to have it tried again."""
        view = self.admin_site.admin_view(self.try_again)
        own = path("<int:object_id>/try-again/", view, name="messaging_sender_try_again")
        return [own, *super().get_urls()]

    def try_again(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Close the breaker: what waits is sent, and whoever is refused again opens it anew."""
        row = get_object_or_404(Sender, pk=object_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if row.held_since and breakers.free(row, by=request.user.get_username(), now=timezone.now()):
            self.log_change(request, row, "Had it tried again.")
            messages.success(request, _("It is tried again now. If it is refused once more, this page says so."))
        else:
            messages.info(request, _("It is not held any more."))
        return HttpResponseRedirect(reverse("admin:messaging_sender_changelist"))

    @display(description=lazy("sender"), ordering="address")
    def shown_name(self, row: Sender) -> str:
        if row.address != breakers.WHOLE_ACCOUNT:
            return row.address
        return _("the mail host") if row.channel == Channel.EMAIL else _("the whole account: texts and calls")

    @display(description=lazy("state"), label={"held": "danger", "works": "success"})
    def shown_state(self, row: Sender) -> tuple[str, str]:
        return ("held", _("held")) if row.held_since else ("works", _("works"))

    @display(description=lazy("why"))
    def shown_why(self, row: Sender) -> str:
        return f"{row.held_reason} ({row.held_code})" if row.held_since else ""

    @display(description=lazy("since"))
    def shown_since(self, row: Sender) -> str:
        return f"{timezone.localtime(row.held_since):%Y-%m-%d %H:%M}" if row.held_since else ""

    @display(description=lazy("tried again"))
    def shown_next(self, row: Sender) -> str:
        return (
            _("%(localtime)s, sooner by what is urgent") % {"localtime": f"{timezone.localtime(row.probe_at):%H:%M:%S}"}
            if row.probe_at
            else ""
        )
