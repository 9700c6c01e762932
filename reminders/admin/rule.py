"""The ladder in the admin: each rung with when it speaks, and its words as the patient will read them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import display

from messaging import wordings
from patients.admin.acts import row_of
from patients.admin.show import chip
from reminders.admin.plan_diff import PlanDiffMixin
from reminders.admin.rule_form import RuleForm, previews
from reminders.admin.telling import plan_now
from reminders.admin.words import when_in_words
from reminders.domain.words import CHANNEL_WORDS
from reminders.forecast import Proposal
from reminders.models import ReminderRule
from staff.admin.base import PageAdmin
from staff.admin.filters import OwnAutocompleteFilter


@admin.register(ReminderRule)
class ReminderRuleAdmin(PlanDiffMixin, PageAdmin):
    """The list of rungs by route and treatment, and the page of one."""

    form = RuleForm
    list_display = (
        "shown_scope",
        "shown_name",
        "shown_when",
        "shown_channels",
        "condition",
        "shown_expiry",
        "template",
        "is_active",
    )
    list_display_links = ("shown_name",)
    list_filter = (
        ("route", ChoicesDropdownFilter),
        ("treatment", OwnAutocompleteFilter),
        ("condition", ChoicesDropdownFilter),
        ("is_active", BooleanRadioFilter),
    )
    list_select_related = ("treatment",)
    list_per_page = 100
    search_fields = ("name", "code", "template", "treatment__name")
    search_help_text = lazy("Name, code, template or treatment")
    autocomplete_fields = ("treatment",)
    ordering = ("-route", "treatment__name", "anchor", "offset_days", "offset_minutes", "id")
    change_form_outer_after_template = "admin/reminders/rule_previews.html"
    warn_unsaved_form = True
    conditional_fields = {
        "offset_minutes": "offset_kind == 'elapsed'",
        "offset_days": "offset_kind == 'wall'",
        "offset_time": "offset_kind == 'wall'",
    }
    fieldsets = (
        (None, {"fields": (("name", "code", "is_active"),)}),
        (
            lazy("For whom"),
            {
                "fields": (("route", "treatment", "first_visits"),),
                "description": lazy("One of the two. A treatment's own rule replaces its route's of the same code."),
            },
        ),
        (
            lazy("When"),
            {
                "fields": (
                    ("anchor", "offset_kind"),
                    ("offset_days", "offset_time", "offset_minutes"),
                    ("condition", "expires_minutes"),
                    "counts",
                )
            },
        ),
        (lazy("What"), {"fields": (("template", "channels"), "source")}),
    )

    def save_model(self, request: HttpRequest, obj: ReminderRule, form: Any, change: Any) -> None:
        """The schedules that this rung speaks about, before or after the change, are planned anew."""
        ids = list(Proposal(rule=obj).affected().values_list("pk", flat=True))
        super().save_model(request, obj, form, change)
        plan_now(ids)
        if ids:
            messages.info(
                request,
                ngettext("%(count)s schedule planned anew.", "%(count)s schedules planned anew.", len(ids))
                % {"count": len(ids)},
            )

    def proposal(self, obj: ReminderRule) -> Proposal:
        """What the rung would say, instead of what it says."""
        return Proposal(rule=obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Switch it off instead: what it sent refers to it."""
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One rung with its words in every language."""
        context = dict(extra_context or {})
        rule = row_of(self, request, object_id)
        if isinstance(rule, ReminderRule) and self.has_view_permission(request, rule):
            context["previews"] = previews(rule.template, rule.channels)
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """With the names of all wordings, for the template's box to offer."""
        context = {"wording_names": wordings.names()} | (extra_context or {})
        response: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return response

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReminderRule]:
        """With the treatment."""
        queryset: QuerySet[ReminderRule] = super().get_queryset(request)
        return queryset.select_related("treatment")

    @display(description=lazy("For"), ordering="-route")
    def shown_scope(self, rule: ReminderRule) -> str:
        """A route, or one treatment."""
        return rule.treatment.name if rule.treatment else chip("route", rule.get_route_display())

    @display(description=lazy("Rule"), ordering="name", header=True)
    def shown_name(self, rule: ReminderRule) -> list[str]:
        """The name over the code."""
        return [rule.name, rule.code]

    @display(description=lazy("When"))
    def shown_when(self, rule: ReminderRule) -> str:
        """The offset in words."""
        return when_in_words(rule)

    @display(description=lazy("By"))
    def shown_channels(self, rule: ReminderRule) -> str:
        """The channels."""
        return ", ".join(_(CHANNEL_WORDS.get(channel, channel)) for channel in rule.channels)

    @display(description=lazy("Fresh for"), ordering="expires_minutes")
    def shown_expiry(self, rule: ReminderRule) -> str:
        """How long it stays of use."""
        hours, minutes = divmod(rule.expires_minutes, 60)
        return " ".join([f"{hours} h"] * bool(hours) + [_("%(minutes)s min") % {"minutes": minutes}] * bool(minutes))
