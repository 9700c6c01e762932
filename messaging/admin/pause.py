"""The pause of routine messages in the admin: beginning one, ending it, and all there have been."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from messaging import guard
from messaging.models import SendingPause
from staff.admin.history import HistoryInWords


class PauseForm(forms.ModelForm):  # type: ignore[type-arg]
    """Only the reason."""

    class Meta:
        model = SendingPause
        fields = ("reason",)
        widgets = {"reason": UnfoldAdminTextInputWidget(attrs={"autofocus": True})}
        help_texts = {
            "reason": lazy(
                "Staff read it on every page while it lasts. Reminders, warnings and check-ins wait; answers, pages "
                "and everything urgent go on. What becomes too late meanwhile is not sent afterwards."
            )
        }


@admin.register(SendingPause)
class SendingPauseAdmin(HistoryInWords, ModelAdmin):
    """Pauses, the latest first; adding one is pausing."""

    form = PauseForm
    list_display = ("began_at", "shown_state", "reason", "began_by", "ended_at", "ended_by")
    ordering = ("-began_at",)
    actions = None
    list_before_template = "admin/messaging/pause_top.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """One at a time."""
        return super().has_add_permission(request) and guard.paused(now=timezone.now()) is None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was, was; it is ended by its button."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It stays known."""
        return False

    def save_model(self, request: HttpRequest, obj: SendingPause, form: Any, change: Any) -> None:
        """Begin it; if somebody else was quicker, theirs holds."""
        begun = guard.pause(by=request.user.get_username(), reason=obj.reason, now=timezone.now())
        obj.pk, obj.began_at, obj.began_by, obj.reason = begun.pk, begun.began_at, begun.began_by, begun.reason

    def get_urls(self) -> list[URLPattern]:
        """The button that ends it."""
        own = path("resume/", self.admin_site.admin_view(self.resume), name="messaging_sendingpause_resume")
        return [own, *super().get_urls()]

    def resume(self, request: HttpRequest) -> HttpResponse:
        """End the pause that holds."""
        if not super().has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        standing = guard.paused(now=timezone.now())
        if standing is not None and guard.resume(by=request.user.get_username(), now=timezone.now()):
            self.log_change(request, standing, "Let routine messages leave again.")
            messages.success(request, _("Routine messages leave again."))
        else:
            messages.info(request, _("Nothing is paused."))
        return HttpResponseRedirect(reverse("admin:messaging_sendingpause_changelist"))

    @display(description=lazy("state"), label={"holds": "danger", "over": "success"})
    def shown_state(self, pause: SendingPause) -> tuple[str, str]:
        return ("over", _("over")) if pause.ended_at else ("holds", _("holds now"))
