"""The treatment catalogue in the admin, and the clinician's signature under its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold import widgets
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import action, display

from patients.admin.acts import Act, ActForm, act_view, row_of
from patients.admin.clock import day as day_in_words
from patients.admin.fields import DaysField, LinesField
from patients.admin.show import chip, two_lines
from reminders.admin.filters import SignOffFilter
from reminders.admin.plan_diff import PlanDiffMixin
from reminders.admin.telling import plan_now
from reminders.domain.words import ScheduleStatus
from reminders.forecast import Proposal
from reminders.models import Treatment
from staff.admin.base import PageAdmin

#: A signature is under these; changing one of them takes it away.
SIGNED_FIELDS = (
    "route",
    "drug_class",
    "interval_days",
    "early_days",
    "late_days",
    "minimum_gap_days",
    "loading_days",
    "maximum_doses",
    "weekdays_only",
    "tracks_doses",
    "before_visit_tasks",
    "after_visit_notes",
)
#: Planning reads these.
PLANNED_FIELDS = SIGNED_FIELDS[:10]


class TreatmentForm(forms.ModelForm[Treatment]):
    """One entry; lists are written as people write lists."""

    loading_days = DaysField(
        required=False, help_text=lazy("Days of the loading doses counted from the first, e.g. 0, 7, 14, 28.")
    )
    before_visit_tasks = LinesField(required=False, help_text=lazy("What has to be done before a visit, a line each."))

    class Meta:
        model = Treatment
        fields = (
            *SIGNED_FIELDS,
            "code",
            "name",
            "default_visits",
            "duration_minutes",
            "source",
            "needs_sign_off",
            "is_active",
        )


class SignOffForm(ActForm):
    """Who signs."""

    signed_off_by = forms.CharField(
        label=lazy("Signed by"),
        max_length=120,
        widget=widgets.UnfoldAdminTextInputWidget(),
        help_text=lazy("Name and role of the clinician who takes responsibility for these numbers."),
    )


def _sign(treatment: Treatment, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    treatment.signed_off_by, treatment.signed_off_at = data["signed_off_by"], now
    treatment.save(update_fields=["signed_off_by", "signed_off_at"])
    return _("Signed off by %(signed_off_by)s.") % {"signed_off_by": treatment.signed_off_by}


def _facts(treatment: Treatment) -> list[tuple[str, str]]:
    days = _("%(early_days)s days early to %(late_days)s days late") % {
        "early_days": treatment.early_days,
        "late_days": treatment.late_days,
    }
    return [
        (_("Treatment"), f"{treatment.name} ({treatment.code})"),
        (
            _("Interval"),
            _("%(interval_days)s days") % {"interval_days": treatment.interval_days}
            if treatment.interval_days
            else _("once"),
        ),
        (_("Window"), days),
        (_("Never sooner than"), _("%(minimum_gap_days)s days") % {"minimum_gap_days": treatment.minimum_gap_days}),
        (_("Loading doses on days"), ", ".join(map(str, treatment.loading_days)) or "–"),
        (_("Maximum doses"), str(treatment.maximum_doses or "–")),
        (_("Source"), treatment.source),
    ]


SIGN = Act(
    title=lazy("Sign off"),
    submit=lazy("Sign off"),
    do=_sign,
    form=SignOffForm,
    facts=_facts,
    explain=lazy("The numbers below are right for this clinic. Changing any of them later takes the signature away."),
    permission="staff.sign_treatment",
)


@admin.register(Treatment)
class TreatmentAdmin(PlanDiffMixin, PageAdmin):
    """The catalogue."""

    form = TreatmentForm
    list_display = (
        "shown_name",
        "route",
        "shown_interval",
        "shown_window",
        "maximum_doses",
        "shown_schedules",
        "shown_sign_off",
        "is_active",
    )
    list_filter = (("route", ChoicesDropdownFilter), SignOffFilter, ("is_active", BooleanRadioFilter))
    list_per_page = 60
    search_fields = ("name", "code")
    ordering = ("route", "name")
    search_help_text = lazy("Name or code")
    actions_detail = ("sign_off",)
    warn_unsaved_form = True
    readonly_fields = ("shown_sign_off",)
    fieldsets = (
        (
            None,
            {"fields": (("name", "code", "route", "drug_class"), ("is_active", "needs_sign_off", "shown_sign_off"))},
        ),
        (
            lazy("How often"),
            {
                "fields": (
                    ("interval_days", "minimum_gap_days", "early_days", "late_days"),
                    ("loading_days", "maximum_doses", "default_visits"),
                    ("weekdays_only", "tracks_doses", "duration_minutes"),
                )
            },
        ),
        (lazy("Before and after"), {"fields": (("before_visit_tasks", "after_visit_notes"),)}),
        (lazy("Where the numbers come from"), {"fields": ("source",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Treatment]:
        """With the number of schedules that run."""
        queryset: QuerySet[Treatment] = super().get_queryset(request)
        running = Count("schedules", filter=Q(schedules__status=ScheduleStatus.ACTIVE))
        return queryset.annotate(schedule_count=running)

    def save_model(self, request: HttpRequest, obj: Treatment, form: Any, change: Any) -> None:
        """Numbers that changed lose their signature, and schedules that use them are planned anew."""
        changed = set(form.changed_data)
        if change and obj.signed_off_at and changed & set(SIGNED_FIELDS):
            obj.signed_off_by, obj.signed_off_at = "", None
            messages.warning(request, _("Signed numbers were changed: the treatment needs a new signature."))
        super().save_model(request, obj, form, change)
        if change and changed & set(PLANNED_FIELDS):
            plan_now(list(Proposal(treatment=obj).affected().values_list("pk", flat=True)))

    def proposal(self, obj: Treatment) -> Proposal:
        """The numbers as they would be."""
        return Proposal(treatment=obj)

    def has_sign_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        """Clinicians and managers sign; whoever keeps the numbers need not be one."""
        return bool(request.user.has_perm(SIGN.permission))

    @action(description=lazy("Sign off"), url_path="sign-off", permissions=["sign"], icon="signature")
    def sign_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A clinician takes responsibility for the numbers."""
        return act_view(self, request, row_of(self, request, object_id), SIGN)

    @display(description=lazy("Treatment"), ordering="name", header=True)
    def shown_name(self, treatment: Treatment) -> list[str]:
        """The name over the code."""
        return [treatment.name, treatment.code]

    @display(description=lazy("Interval"), ordering="interval_days")
    def shown_interval(self, treatment: Treatment) -> str:
        """How often, and the loading doses."""
        often = (
            _("every %(interval_days)s days") % {"interval_days": treatment.interval_days}
            if treatment.interval_days
            else _("once")
        )
        often = "daily" if treatment.interval_days == 1 else often
        return (
            _("%(often)s, loading on days %(map)s")
            % {"often": often, "map": ", ".join(map(str, treatment.loading_days))}
            if treatment.loading_days
            else often
        )

    @display(description=lazy("Window"))
    def shown_window(self, treatment: Treatment) -> str:
        """Days early and late."""
        if not treatment.tracks_doses:
            return _("not recorded")
        if not treatment.early_days and not treatment.late_days:
            return _("on the day")
        return format_html('<span class="bw-time">−{} / +{} days</span>', treatment.early_days, treatment.late_days)

    @display(description=lazy("Schedules"), ordering="schedule_count")
    def shown_schedules(self, treatment: Treatment) -> int:
        """How many run."""
        return int(treatment.schedule_count)  # type: ignore[attr-defined]

    @display(description=lazy("Sign-off"), ordering="signed_off_at")
    def shown_sign_off(self, treatment: Treatment) -> str:
        """Who signed and when, or that somebody must."""
        if treatment.signed_off_at:
            day = day_in_words(treatment.signed_off_at.date())
            return two_lines(chip("ok", _("Signed off")), f"{treatment.signed_off_by}, {day}")
        return chip("warning", _("Waits for sign-off")) if treatment.needs_sign_off else _("Needs none")
