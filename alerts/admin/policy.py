"""Escalation policies in the admin: a ladder, then a ring without an end, saved only if it reaches a human in time."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.admin import TabularInline
from unfold.decorators import display

from alerts.admin.dry_run_page import dry_run_page
from alerts.admin.policy_form import PolicyForm, StepForm, StepFormSet
from alerts.models import EscalationPolicy, PolicyStep
from patients.admin.show import chip
from staff.admin.base import OwnChoices, PageAdmin
from staff.scope import sees_every_clinic


class StepInline(OwnChoices, TabularInline):
    """The steps in their order."""

    model = PolicyStep
    form = StepForm
    formset = StepFormSet
    extra = 0
    hide_title = True
    ordering = ("part", "position", "id")
    verbose_name = lazy("step")
    verbose_name_plural = lazy(
        "Steps: the ladder is climbed once, then the ring goes round until somebody has taken it"
    )

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A plain list of people: they are made on their own page."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None:
            widget = field.widget
            widget.can_add_related = widget.can_change_related = widget.can_view_related = False
        return field


@admin.register(EscalationPolicy)
class PolicyAdmin(PageAdmin):
    """Policies. Alerts carry a frozen copy: a change is for alerts that are raised from now on."""

    clinic_path = "clinic"
    or_no_clinic = True
    form = PolicyForm
    inlines = (StepInline,)
    list_display = ("name", "shown_clinic", "shown_steps", "shown_clocks", "shown_waits")
    list_select_related = ("clinic",)
    search_fields = ("name",)
    ordering = ("name",)
    warn_unsaved_form = True
    custom_urls = (("dry-run/", "alerts_escalationpolicy_dry_run", dry_run_page),)
    change_form_outer_before_template = "admin/alerts/policy_top.html"
    fieldsets = (
        (None, {"fields": (("name", "clinic"),)}),
        (
            lazy("Clocks"),
            {
                "fields": (("reach_within", "outcome_within"), ("receipt_within", "human_within"), "waits_for_opening"),
                "description": lazy("Alerts that are open keep the policy with which they were raised."),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[EscalationPolicy]:
        """With the number of steps."""
        queryset: QuerySet[EscalationPolicy] = super().get_queryset(request)
        return queryset.select_related("clinic").annotate(step_count=Count("steps"))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """One that holds for every clinic is changed by whoever sees every clinic."""
        shared = isinstance(obj, EscalationPolicy) and obj.clinic_id is None
        return bool(super().has_change_permission(request, obj)) and (not shared or sees_every_clinic(request.user))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The same for a new one: who does not see every clinic names one of hers."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and db_field.name == "clinic" and not sees_every_clinic(request.user):
            field.required = True
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rules of the past refer to it."""
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One policy, with the way to its dry run."""
        context = {"policy_id": object_id} | (extra_context or {})
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    @display(description=lazy("For"), ordering="clinic__name")
    def shown_clinic(self, policy: EscalationPolicy) -> str:
        """One clinic, or all."""
        return policy.clinic.name if policy.clinic else _("every clinic")

    @display(description=lazy("Steps"), ordering="step_count")
    def shown_steps(self, policy: EscalationPolicy) -> int:
        """How many there are."""
        return int(policy.step_count)  # type: ignore[attr-defined]

    @display(description=lazy("Clocks"))
    def shown_clocks(self, policy: EscalationPolicy) -> str:
        """To reach her, to the outcome."""
        return _("reached in %(reach_within)s min, outcome in %(outcome_within)s min") % {
            "reach_within": policy.reach_within,
            "outcome_within": policy.outcome_within,
        }

    @display(description=lazy("First page"))
    def shown_waits(self, policy: EscalationPolicy) -> str:
        """At any hour, or when the clinic opens."""
        return (
            chip("info", _("when the clinic opens"))
            if policy.waits_for_opening
            else chip("ok", _("at once, at any hour"))
        )
