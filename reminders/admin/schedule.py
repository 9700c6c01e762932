"""Schedules in the admin: saved means planned, and the page shows the visits and messages that come of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Model, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from patients.admin.acts import Act, ReasonForm, act_view, row_of
from patients.admin.show import chip, link, two_lines, when
from reminders import services
from reminders.admin.consent import record_view
from reminders.admin.filters import RouteFilter
from reminders.admin.plan_diff import PlanDiffMixin
from reminders.admin.schedule_form import ScheduleForm
from reminders.admin.schedule_page import page
from reminders.admin.schedule_preview import FILL, course, fill_in, preview_view
from reminders.admin.telling import coming_in_words, told
from reminders.admin.try_again import try_again_view
from reminders.domain.words import STANDING, ScheduleStatus, VisitStatus
from reminders.forecast import Proposal
from reminders.models import Schedule, Visit
from reminders.planner import plan_schedules
from staff.admin.base import PageAdmin
from staff.admin.filters import OwnAutocompleteFilter, OwnDropdownFilter
from staff.admin.paging import QuickPages
from staff.looks import LooksAreNoted


def _facts(schedule: Schedule) -> list[tuple[str, str]]:
    facts = [(_("Patient"), str(schedule.patient)), (_("Treatment"), schedule.treatment.name)]
    return [*facts, (_("State"), schedule.get_status_display()), (_("Planned"), coming_in_words(schedule))]


def _hold(schedule: Schedule, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    return told(_("On hold."), services.hold_schedule(schedule, reason=data["reason"], now=now))


def _resume(schedule: Schedule, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    services.resume_schedule(schedule, now=now)
    return _("Resumed: %(coming_in_words)s.") % {"coming_in_words": coming_in_words(schedule)}


def _cancel(schedule: Schedule, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    return told(_("Schedule cancelled."), services.cancel_schedule(schedule, reason=data["reason"], now=now))


HOLD = Act(
    title=lazy("Put on hold"),
    submit=lazy("Put on hold"),
    do=_hold,
    form=ReasonForm,
    facts=_facts,
    explain=lazy("Nothing is sent about this schedule until it is resumed; planned messages are taken back."),
)
RESUME = Act(
    title=lazy("Resume"),
    submit=lazy("Resume schedule"),
    do=_resume,
    facts=_facts,
    explain=lazy("Visits and messages are planned again from now on."),
)
CANCEL = Act(
    title=lazy("Cancel the schedule"),
    submit=lazy("Cancel schedule"),
    do=_cancel,
    form=ReasonForm,
    facts=_facts,
    explain=lazy(
        "For good: its coming visits are cancelled and its messages taken back. What was given stays on record."
    ),
    danger=True,
)
#: Which acts each status offers.
OFFERED = {
    ScheduleStatus.ACTIVE: ("hold", "cancel"),
    ScheduleStatus.ON_HOLD: ("resume", "cancel"),
    ScheduleStatus.CANCELLED: (),
    ScheduleStatus.FINISHED: (),
}


@admin.register(Schedule)
class ScheduleAdmin(LooksAreNoted, PlanDiffMixin, QuickPages, PageAdmin):
    """The list of schedules, and the page of one."""

    shows_patient = "patient"
    clinic_path = "patient__clinic"
    form = ScheduleForm
    list_display = (
        "shown_patient",
        "shown_treatment",
        "shown_next",
        "shown_progress",
        "location",
        "shown_status",
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("treatment", OwnAutocompleteFilter),
        RouteFilter,
        ("patient__clinic", OwnDropdownFilter),
    )
    list_select_related = ("patient__clinic", "treatment")
    ordering = ("-created_at", "-id")
    search_fields = (
        "patient__family_name",
        "patient__given_name",
        "patient__mrn",
        "treatment__name",
        "treatment__code",
    )
    search_help_text = lazy("Name, MRN or treatment")
    autocomplete_fields = ("patient", "treatment")
    actions_detail = ("hold", "resume", "cancel")
    custom_urls = (
        ("preview/", "reminders_schedule_preview", preview_view),
        ("<int:schedule_id>/preview/", "reminders_schedule_preview_of", preview_view),
        ("contacts/<int:contact_id>/consent/", "reminders_contact_consent", record_view),
        ("contacts/<int:contact_id>/try-again/", "reminders_contact_try_again", try_again_view),
    )
    change_form_outer_after_template = "admin/reminders/schedule_page.html"

    class Media:
        js = ("bonewatch/schedule-form.js",)

    warn_unsaved_form = True
    add_fieldsets = (
        (None, {"fields": (("patient", "treatment"), ("first_visit_on", "visit_time"))}),
        (None, {"fields": (("interval_days", "number_of_visits", "location"),)}),
    )
    fieldsets = (
        (None, {"fields": (("shown_person", "shown_course"), ("shown_status", "shown_planned", "status_reason"))}),
        (None, {"fields": (("first_visit_on", "visit_time"), ("interval_days", "number_of_visits", "location"))}),
    )
    readonly_fields = ("shown_person", "shown_course", "shown_status", "shown_planned", "status_reason")

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Cancel instead: what was planned and given is kept."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Schedule]:
        """With the next visit and how many doses were given."""
        queryset: QuerySet[Schedule] = super().get_queryset(request)
        coming = Visit.objects.filter(schedule=OuterRef("pk"), status__in=STANDING, at__gte=timezone.now())
        given = Count("visits", filter=Q(visits__status=VisitStatus.GIVEN))
        return queryset.select_related("patient__clinic", "treatment").annotate(
            next_at=Subquery(coming.order_by("at").values("at")[:1]), given_count=given
        )

    def save_model(self, request: HttpRequest, obj: Schedule, form: Any, change: Any) -> None:
        """Saved means planned, in the same transaction; the person is told what came of it."""
        super().save_model(request, obj, form, change)
        plan_schedules([obj.pk], now=timezone.now())
        messages.info(request, _("Planned: %(coming_in_words)s.") % {"coming_in_words": coming_in_words(obj)})

    def proposal(self, obj: Schedule) -> Proposal:
        """The course as it would be."""
        return Proposal(schedule=obj)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """Only what the schedule's status allows."""
        schedule = row_of(self, request, str(object_id))
        names = OFFERED[ScheduleStatus(schedule.status)] if isinstance(schedule, Schedule) else ()
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        offered: list[Any] = super().get_actions_detail(request, object_id)
        return [each for each in offered if each.action_name.removeprefix(prefix) in names]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A cancelled schedule is read only."""
        if isinstance(obj, Schedule) and obj.status in (ScheduleStatus.CANCELLED, ScheduleStatus.FINISHED):
            return False
        return bool(super().has_change_permission(request, obj))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form, and beneath it what comes of it; the button that fills in saves nothing."""
        schedule = self.get_object(request, object_id) if object_id else None
        context = dict(extra_context or {})
        # Of a schedule that is not there Django says so below.
        may_change = schedule is not None and self.has_change_permission(request, schedule)
        if may_change if object_id else self.has_add_permission(request):
            name = "admin:reminders_schedule_preview" + ("_of" if object_id else "")
            context["course_url"] = reverse(name, args=[schedule.pk] if schedule else [])
        if request.method == "POST" and FILL in request.POST and "course_url" in context:
            fill_in(request)
            context["course"] = course(request, self, schedule)
        return super().changeform_view(request, object_id, form_url, context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One schedule with its visits and messages."""
        schedule = row_of(self, request, object_id)
        context = dict(extra_context or {})
        if isinstance(schedule, Schedule) and self.has_view_permission(request, schedule):
            may_act = request.user.has_perm("reminders.change_visit")
            context |= page(schedule, now=timezone.now(), may_act=may_act)
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    @action(description=lazy("Put on hold"), url_path="hold", permissions=["change"], icon="pause_circle")
    def hold(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Nothing is sent for a while."""
        return act_view(self, request, row_of(self, request, object_id), HOLD)

    @action(description=lazy("Resume"), url_path="resume", permissions=["change"], icon="play_circle")
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Active again."""
        return act_view(self, request, row_of(self, request, object_id), RESUME)

    @action(description=lazy("Cancel schedule"), url_path="cancel", permissions=["change"], icon="cancel")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """For good."""
        return act_view(self, request, row_of(self, request, object_id), CANCEL)

    @display(description=lazy("Patient"), ordering="patient__family_name")
    def shown_patient(self, schedule: Schedule) -> str:
        """Who."""
        return str(schedule.patient)

    @display(description=lazy("Patient"))
    def shown_person(self, schedule: Schedule) -> str:
        """Who, and the way there."""
        return link("patients_patient_change", schedule.patient_id, schedule.patient)

    @display(description=lazy("Treatment"), ordering="treatment__name")
    def shown_treatment(self, schedule: Schedule) -> str:
        """What, and how often."""
        interval = schedule.interval_days or schedule.treatment.interval_days
        if not interval:
            often = _("once")
        else:
            often = ngettext("daily", "every %(interval)s days", interval) % {"interval": interval}
        return two_lines(schedule.treatment.name, often)

    @display(description=lazy("Treatment"))
    def shown_course(self, schedule: Schedule) -> str:
        """What, and the way to the catalogue."""
        return link("reminders_treatment_change", schedule.treatment_id, schedule.treatment.name)

    @display(description=lazy("Next visit"), ordering="next_at")
    def shown_next(self, schedule: Schedule) -> str:
        """By the patient's clock, and the clinic's where it differs."""
        at: datetime | None = schedule.next_at  # type: ignore[attr-defined]
        return when(at, schedule.patient.zone, schedule.patient.clinic.zone)

    @display(description=lazy("Given"), ordering="given_count")
    def shown_progress(self, schedule: Schedule) -> str:
        """How many doses were given, and out of how many."""
        given = int(schedule.given_count)  # type: ignore[attr-defined]
        return (
            _("%(given)s of %(number_of_visits)s") % {"given": given, "number_of_visits": schedule.number_of_visits}
            if schedule.number_of_visits
            else str(given)
        )

    @display(description=lazy("Status"), ordering="status")
    def shown_status(self, schedule: Schedule) -> str:
        """The status in its colour."""
        return chip(schedule.status, schedule.get_status_display())

    @display(description=lazy("Planned"))
    def shown_planned(self, schedule: Schedule) -> str:
        """How much is planned."""
        return coming_in_words(schedule)
