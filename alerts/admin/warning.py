"""Warnings to patients in the admin: what is said to whom and when, in which words, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import display

from alerts.admin.warning_form import CHANNEL_WORDS, WarningRuleForm, write_act
from alerts.domain.warning_words import Anchor, Audience, WarningState
from alerts.models import PlannedWarning, WarningRule, WarningText
from alerts.warnings import planning, texts
from messaging.domain.delivery import Channel
from messaging.domain.wording import Segments, WordingError, fill, fold_to_gsm7, segments
from patients.admin.acts import act_view, row_of
from patients.admin.clock import moment
from patients.admin.fields import LANGUAGE_NAMES
from patients.admin.show import chip, two_lines
from staff.admin.base import PageAdmin
from staff.admin.filters import OwnDropdownFilter
from staff.admin.paging import QuickPages

_ANCHORS = {
    Anchor.ENROLMENT: lazy("after enrolment"),
    Anchor.DOSE: lazy("after each dose"),
    Anchor.START: lazy("after the start"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """The words of one language as a patient reads them."""

    language: str
    name: str
    sms: str = ""
    weight: Segments | None = None
    subject: str = ""
    mail: str = ""
    problem: str = ""
    versions: tuple[WarningText, ...] = ()


def text_view(request: HttpRequest, model_admin: WarningRuleAdmin, object_id: str, language: str) -> HttpResponse:
    """The page that writes the next version of the words in one language."""
    if language not in settings.MESSAGE_LANGUAGES:
        raise Http404(_("No messages are sent in this language."))
    return act_view(model_admin, request, row_of(model_admin, request, object_id), write_act(language))


@admin.register(WarningRule)
class WarningRuleAdmin(PageAdmin):
    """The list of warnings, and the page of one with its words."""

    form = WarningRuleForm
    list_display = ("shown_name", "topic", "shown_audience", "shown_when", "shown_planned", "is_active")
    list_display_links = ("shown_name",)
    list_filter = (("topic", ChoicesDropdownFilter), ("is_active", BooleanRadioFilter))
    search_fields = ("name", "code")
    ordering = ("topic", "code")
    warn_unsaved_form = True
    custom_urls = (("<path:object_id>/words/<slug:language>/", "alerts_warningrule_words", text_view),)
    change_form_outer_after_template = "admin/alerts/warning_words.html"
    conditional_fields = {
        "for_weeks": "every_weeks != ''",
        "first_doses": "anchor == 'dose'",
        "drug_class": "audience == 'treated' || anchor != 'enrolment'",
    }
    fieldsets = (
        (None, {"fields": (("name", "code", "is_active"), ("topic", "template"))}),
        (lazy("For whom"), {"fields": (("audience", "drug_class"),)}),
        (
            lazy("When"),
            {
                "fields": (
                    ("anchor", "after_days", "at_time"),
                    ("every_weeks", "for_weeks", "first_doses"),
                    ("expires_days", "channels"),
                ),
                "description": lazy(
                    "Quiet hours are kept by the patient's own clock, and consent to warnings is asked for."
                ),
            },
        ),
        (lazy("Where it comes from"), {"fields": ("source",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[WarningRule]:
        """With how many are planned."""
        queryset: QuerySet[WarningRule] = super().get_queryset(request)
        return queryset.annotate(planned_count=Count("planned", filter=Q(planned__state=WarningState.PLANNED)))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Switch it off instead: what was sent refers to it."""
        return False

    def save_model(self, request: HttpRequest, obj: WarningRule, form: Any, change: Any) -> None:
        """Every patient is looked at again with the next sweep: what is planned follows the rule."""
        super().save_model(request, obj, form, change)
        if form.changed_data:
            count = planning.look_again(now=timezone.now())
            messages.info(
                request,
                ngettext(
                    "The warnings of %(count)s patient will be planned anew.",
                    "The warnings of %(count)s patients will be planned anew.",
                    count,
                )
                % {"count": count},
            )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One warning with its words in every language."""
        context = dict(extra_context or {})
        rule = row_of(self, request, object_id)
        if isinstance(rule, WarningRule) and self.has_view_permission(request, rule):
            context["words"] = [_shown(rule, language) for language in settings.MESSAGE_LANGUAGES]
            context["may_write"] = self.has_change_permission(request, rule)
            context["rule_id"] = rule.pk
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    @display(description=lazy("Warning"), ordering="name", header=True)
    def shown_name(self, rule: WarningRule) -> list[str]:
        """The name over the code."""
        return [rule.name, rule.code]

    @display(description=lazy("For"), ordering="audience")
    def shown_audience(self, rule: WarningRule) -> str:
        """Whom it is for."""
        if rule.audience == Audience.TREATED:
            return rule.get_drug_class_display()
        return _("metastases in the spine") if rule.audience == Audience.SPINE else "everyone"

    @display(description=lazy("When"))
    def shown_when(self, rule: WarningRule) -> str:
        """The cadence in words."""
        return when_in_words(rule)

    @display(description=lazy("Planned"), ordering="planned_count")
    def shown_planned(self, rule: WarningRule) -> int:
        """How many are to come."""
        return int(rule.planned_count)  # type: ignore[attr-defined]


@admin.register(PlannedWarning)
class PlannedWarningAdmin(QuickPages, PageAdmin):
    """What is planned, was released, or will not be sent, and why; nothing is edited."""

    clinic_path = "patient__clinic"
    list_display = ("patient", "rule", "shown_when", "shown_state", "shown_channel")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("reason", ChoicesDropdownFilter),
        ("rule", OwnDropdownFilter),
    )
    list_select_related = ("patient__clinic", "rule", "message")
    search_fields = ("patient__family_name", "patient__given_name", "patient__mrn")
    search_help_text = lazy("Name or MRN")
    ordering = ("-send_at", "-id")
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rules plan them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Rules plan them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was said is kept."""
        return False

    @display(description=lazy("To be said at"), ordering="send_at")
    def shown_when(self, row: PlannedWarning) -> str:
        """By the patient's clock, and the clinic's."""
        return moment(row.send_at, row.patient.zone, row.patient.clinic.zone)

    @display(description=lazy("State"), ordering="state")
    def shown_state(self, row: PlannedWarning) -> str:
        """Where it stands, and why it was not sent."""
        return two_lines(chip(row.state, row.get_state_display()), row.get_reason_display())

    @display(description=lazy("By"))
    def shown_channel(self, row: PlannedWarning) -> str:
        """The way it left by."""
        return str(CHANNEL_WORDS[Channel(row.channel)]) if row.channel else "–"


def when_in_words(rule: WarningRule) -> str:
    """In words: "3 days after each dose at 11:00, the first 6", "after enrolment at 11:00, every 8 weeks"."""
    counted = {"anchor": _ANCHORS[Anchor(rule.anchor)], "time": f"{rule.at_time:%H:%M}", "days": rule.after_days}
    if rule.after_days:
        days = ngettext("%(days)s day %(anchor)s at %(time)s", "%(days)s days %(anchor)s at %(time)s", rule.after_days)
        said = days % counted
    else:
        said = _("%(anchor)s at %(time)s") % counted
    if rule.every_weeks:
        said += (
            _(", every week")
            if rule.every_weeks == 1
            else _(", every %(every_weeks)s weeks") % {"every_weeks": rule.every_weeks}
        )
    if rule.for_weeks:
        said += _(" for %(for_weeks)s weeks") % {"for_weeks": rule.for_weeks}
    return (
        _("%(said)s, the first %(first_doses)s") % {"said": said, "first_doses": rule.first_doses}
        if rule.first_doses
        else said
    )


def _shown(rule: WarningRule, language: str) -> Shown:
    name = LANGUAGE_NAMES.get(language, language)
    versions = tuple(rule.texts.filter(language=language).order_by("-number"))
    try:
        holds = texts.current(rule, language)
        sms = fold_to_gsm7(fill(holds.sms, texts.BLANKS))
        mail = fill(holds.mail, texts.BLANKS)
        subject = fill(holds.subject, texts.BLANKS)
    except WordingError as error:
        return Shown(language, name, problem=str(error), versions=versions)
    return Shown(language, name, sms, segments(sms), subject, mail, versions=versions)
