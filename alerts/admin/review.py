"""The nurse's inbox: texts that page nobody, each read by a nurse before its clock runs out."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.decorators import action, display

from alerts.admin import review_acts
from alerts.admin.marked import marked, stances_of
from alerts.admin.words import running
from alerts.callback import phone_of
from alerts.models import NurseReview
from messaging.models import InboundMessage
from patients.admin.acts import Act, act_view, row_of
from patients.admin.clock import clock
from patients.admin.filters import DoneFilter
from patients.admin.show import chip, two_lines
from patients.domain.address import national
from staff.admin.base import PageAdmin
from staff.admin.filters import OwnDropdownFilter

LONGEST = 120


@admin.register(NurseReview)
class ReviewAdmin(PageAdmin):
    """What is open comes first, the longest waiting on top. Nothing is answered here: the patient is phoned."""

    clinic_path = "clinic"
    list_display = ("shown_due", "shown_who", "shown_text", "why", "shown_state")
    list_display_links = ("shown_due",)
    list_filter = (DoneFilter, ("clinic", OwnDropdownFilter))
    list_select_related = ("clinic", "patient", "inbound", "done_by")
    search_fields = ("patient__family_name", "patient__given_name", "patient__mrn")
    search_help_text = lazy("Name or MRN")
    actions = None
    actions_detail = ("done", "raise_alert")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Texts come by themselves."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What she wrote is kept."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[NurseReview]:
        """With the text and the patient."""
        queryset: QuerySet[NurseReview] = super().get_queryset(request)
        return queryset.select_related("clinic", "patient", "inbound", "done_by")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One text with its evidence, its clock, and what can be done."""
        review = row_of(self, request, object_id)
        if not isinstance(review, NurseReview):
            raise Http404(_("There is no such text."))
        if not self.has_view_permission(request, review):
            raise PermissionDenied
        now = timezone.now()
        zone = review.clinic.zone
        phone = phone_of(review.inbound, review.patient) or review.inbound.from_address
        context = {
            **self.admin_site.each_context(request),
            "title": review_acts.whose(review),
            "opts": self.opts,
            "review": review,
            "text": marked(review.inbound.body, review.evidence),
            "findings": stances_of(review.evidence),
            "phone": national(phone),
            "number": phone,
            "by_page": review.inbound.source == InboundMessage.Source.PAGE,
            "opened": clock(review.opened_at, zone),
            "due": clock(review.due_at, zone),
            "left": running(abs(review.due_at - now)),
            "late": review.due_at < now,
            "done": clock(review.done_at, zone),
            "may_act": self.has_change_permission(request, review),
        }
        return TemplateResponse(request, "admin/alerts/review.html", context)

    @action(description=lazy("Done"), url_path="done", permissions=["change"])
    def done(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """It was read, and dealt with."""
        return self._act(request, object_id, review_acts.DONE)

    @action(description=lazy("Raise a red flag"), url_path="raise", permissions=["change"])
    def raise_alert(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """It is one after all."""
        return self._act(request, object_id, review_acts.RAISE)

    def _act(self, request: HttpRequest, object_id: str, act: Act) -> HttpResponse:
        return act_view(self, request, row_of(self, request, object_id), act)

    @display(description=lazy("To be read by"), ordering="due_at")
    def shown_due(self, review: NurseReview) -> str:
        """By when, in red once that is past."""
        due = clock(review.due_at, review.clinic.zone)
        late = review.done_at is None and review.due_at < timezone.now()
        return two_lines(due, chip("bad", "overdue")) if late else due

    @display(description=lazy("Patient"), ordering="patient__family_name")
    def shown_who(self, review: NurseReview) -> str:
        """Who wrote."""
        return review_acts.whose(review)

    @display(description=lazy("Text"))
    def shown_text(self, review: NurseReview) -> str:
        """Its beginning."""
        body = review.inbound.body
        return body if len(body) <= LONGEST else body[: LONGEST - 1] + "…"

    @display(description=lazy("State"), ordering="done_at")
    def shown_state(self, review: NurseReview) -> str:
        """Open, or read by whom."""
        if review.done_at is None:
            return chip("warning", _("Open"))
        who = _(" by %(who)s") % {"who": review.done_by.get_username()} if review.done_by else ""
        return two_lines(chip("ok", _("Read")), f"{clock(review.done_at, review.clinic.zone)}{who}")
