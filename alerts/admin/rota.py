"""Rotas in the admin: the weeks of a clinic on one page; behind it rotations, single shifts, overrides and swaps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from alerts.admin import rota_change
from alerts.admin.rota_board import board, monday_of
from alerts.admin.rota_forms import RotationForm, SingleShiftForm
from alerts.admin.rota_week import span_words
from alerts.admin.words import turn_in_words
from alerts.models import Override, Rota, Rotation, RotationMember, SingleShift
from alerts.rota import changes
from alerts.rota.duty import covered
from patients.admin.acts import Act, act_view, row_of
from patients.admin.clock import local_now
from patients.admin.show import chip, two_lines
from patients.models import Clinic
from staff.admin.base import OwnChoices, PageAdmin
from staff.admin.filters import OwnDropdownFilter
from staff.scope import within


def _home(row: Any) -> str:
    return reverse("admin:alerts_rota_changelist")


def _override_facts(row: Override) -> list[tuple[str, str]]:
    facts = [
        (_("Rota"), str(row.rota)),
        (_("On call instead"), f"{row.responder}, {span_words(row.starts_at, row.ends_at, row.rota.zone)}"),
    ]
    if row.other and row.other_starts_at and row.other_ends_at:
        facts.append((_("And"), f"{row.other}, {span_words(row.other_starts_at, row.other_ends_at, row.rota.zone)}"))
    return [*facts, (_("Why"), row.reason)]


def _withdraw(row: Override, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    changes.withdraw(row, by=request.user, now=now)  # type: ignore[arg-type]
    return _("Taken back: the rota is as it was before.")


def _seen(row: Override, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    if row.withdrawn_at is not None:
        raise ValidationError(_("It was taken back meanwhile."))
    changes.seen(row, by=request.user, now=now)  # type: ignore[arg-type]
    return _("Noted: it stands.")


WITHDRAW = Act(
    title=lazy("Take it back"),
    submit=lazy("Take back"),
    do=_withdraw,
    facts=_override_facts,
    home=_home,
    explain=lazy("The rota is again what lies beneath it. Those whom it concerns get a text."),
    danger=True,
)
SEEN = Act(
    title=lazy("Let it stand"),
    submit=lazy("It stands"),
    do=_seen,
    facts=_override_facts,
    home=_home,
    explain=lazy(
        "Somebody was not ready and the next person was put on. Looked at, it leaves the list of what is wrong."
    ),
)


def tell_coverage(request: HttpRequest, rota: Rota, now: datetime) -> None:
    """Gaps and overlaps of the coming four weeks, after a change."""
    found = covered(rota, now, now + timedelta(weeks=4))
    if not found.gaps and not found.overlaps:
        messages.success(request, _("The coming four weeks are covered without a gap."))
        return
    listed = [_("nobody %(span)s") % {"span": span_words(gap.start, gap.end, rota.zone)} for gap in found.gaps[:3]]
    twice = _("two at once %(span)s")
    listed += [twice % {"span": span_words(two.start, two.end, rota.zone)} for two in found.overlaps[:3]]
    counts = _("%(gaps)s gap(s) and %(overlaps)s overlap(s) in the coming four weeks")
    counted = counts % {"gaps": len(found.gaps), "overlaps": len(found.overlaps)}
    messages.warning(request, f"{counted}: {'; '.join(listed)}.")


@admin.register(Rota)
class RotaAdmin(PageAdmin):
    """The page of weeks in the place of a list, and the settings of one rota."""

    clinic_path = "clinic"
    fields = (("clinic", "role"), ("checks_readiness", "handoff_minutes"))
    autocomplete_fields = ("clinic",)
    search_fields = ("clinic__name", "role")
    warn_unsaved_form = True
    change_form_outer_after_template = "admin/alerts/rota_rotations.html"
    custom_urls = (
        ("<int:rota_id>/cover/", "alerts_rota_cover", rota_change.cover),
        ("<int:rota_id>/swap/", "alerts_rota_swap", rota_change.swap),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Who was on call is kept; a rotation can be given a last handover."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Four weeks of one clinic."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        clinics = list(within(Clinic.objects.order_by("name"), request.user, "pk"))
        asked = request.GET.get("clinic", "")
        clinic = next((each for each in clinics if str(each.pk) == asked), clinics[0] if clinics else None)
        context = {
            **self.admin_site.each_context(request),
            "title": _("On-call rota"),
            "opts": self.opts,
            "clinics": clinics,
            "may_add": self.has_add_permission(request),
        }
        if clinic is not None:
            monday = monday_of(request.GET.get("from", ""), clinic, now=now)
            context |= board(clinic, monday, request.user, now=now, may_change=self.has_change_permission(request))
        return TemplateResponse(request, "admin/alerts/rota.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The settings, and beneath them the rotations."""
        rota = row_of(self, request, object_id)
        context = dict(extra_context or {})
        if isinstance(rota, Rota):
            context["rotations"] = rota.rotations.prefetch_related("members__responder")
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response


class MemberInline(OwnChoices, TabularInline):
    """Who takes turns, in order."""

    model = RotationMember
    fields = ("position", "responder")
    autocomplete_fields = ("responder",)
    extra = 0
    verbose_name = lazy("member")
    verbose_name_plural = lazy("Members in the order of their turns")


@admin.register(Rotation)
class RotationAdmin(PageAdmin):
    """Turns: who, when they change, and in which part of the week they count."""

    clinic_path = "rota__clinic"
    form = RotationForm
    inlines = (MemberInline,)
    list_display = ("name", "rota", "shown_turn", "shown_members", "position")
    list_filter = (("rota", OwnDropdownFilter),)
    list_select_related = ("rota__clinic",)
    search_fields = ("name", "members__responder__name")
    autocomplete_fields = ("rota",)
    warn_unsaved_form = True
    fieldsets = (
        (None, {"fields": (("rota", "name"), ("starts_on", "handover"), ("turn_length", "turn_unit", "position"))}),
        (lazy("In which part of the week (nothing: always)"), {"fields": ("weekdays", ("opens", "closes"))}),
        (lazy("End"), {"fields": ("ends_on",)}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only one that has not begun: who was on call is kept. The others are given a last handover."""
        begun = not isinstance(obj, Rotation) or obj.starts_on <= local_now(obj.rota.zone).date()
        return not begun and bool(super().has_delete_permission(request, obj))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Saved; and the person is told what the coming weeks look like now."""
        super().save_related(request, form, formsets, change)
        tell_coverage(request, form.instance.rota, timezone.now())

    @display(description=lazy("Turns"))
    def shown_turn(self, rotation: Rotation) -> str:
        """How long, and when they change."""
        return turn_in_words(rotation)

    @display(description=lazy("Members"))
    def shown_members(self, rotation: Rotation) -> str:
        """Names in order."""
        names = [member.responder.name for member in rotation.members.select_related("responder")]
        return ", ".join(names) or _("nobody")


@admin.register(SingleShift)
class SingleShiftAdmin(PageAdmin):
    """Shifts outside every rotation."""

    clinic_path = "rota__clinic"
    form = SingleShiftForm
    list_display = ("responder", "rota", "starts_at", "ends_at", "note")
    list_filter = (("rota", OwnDropdownFilter),)
    list_select_related = ("rota__clinic", "responder")
    search_fields = ("responder__name", "note")
    autocomplete_fields = ("rota", "responder")
    ordering = ("-starts_at",)
    fields = (("rota", "responder"), "starts_at", "ends_at", "note")

    def save_model(self, request: HttpRequest, obj: SingleShift, form: Any, change: Any) -> None:
        """Saved; and the person is told what the coming weeks look like now."""
        super().save_model(request, obj, form, change)
        tell_coverage(request, obj.rota, timezone.now())


@admin.register(Override)
class OverrideAdmin(PageAdmin):
    """Overrides and swaps as history: made on the rota page, taken back here, never edited."""

    clinic_path = "rota__clinic"
    list_display = ("shown_who", "shown_span", "kind", "reason", "shown_state")
    list_filter = (("kind", ChoicesDropdownFilter), ("rota", OwnDropdownFilter))
    search_fields = ("responder__name", "other__name", "reason")
    ordering = ("-id",)
    actions_detail = ("withdraw", "seen")
    fields = ("shown_who", "shown_span", "kind", "reason", "shown_state")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """On the rota page, where it can be seen what it does."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Who was on call is kept."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Override]:
        """With names."""
        queryset: QuerySet[Override] = super().get_queryset(request)
        return queryset.select_related("rota__clinic", "responder", "other")

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """What was taken back offers nothing; only what the product did is looked at."""
        row = row_of(self, request, str(object_id))
        offered: list[Any] = super().get_actions_detail(request, object_id)
        if not isinstance(row, Override) or row.withdrawn_at is not None:
            return []
        unseen = row.kind == "readiness" and row.seen_at is None
        return [each for each in offered if unseen or not each.action_name.endswith("_seen")]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Nothing to save."""
        context = {"show_save": False, "show_save_and_continue": False} | (extra_context or {})
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    @action(description=lazy("Take back"), url_path="withdraw", permissions=["change"], icon="undo")
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The rota as it was."""
        return act_view(self, request, row_of(self, request, object_id), WITHDRAW)

    @action(description=lazy("Let it stand"), url_path="seen", permissions=["change"], icon="task_alt")
    def seen(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Looked at."""
        return act_view(self, request, row_of(self, request, object_id), SEEN)

    @display(description=lazy("On call instead"))
    def shown_who(self, row: Override) -> str:
        """Who, and whom she replaces."""
        return two_lines(row.responder, _("instead of %(other)s") % {"other": row.other} if row.other else row.rota)

    @display(description=lazy("When"))
    def shown_span(self, row: Override) -> str:
        """The span; of a swap both."""
        first = span_words(row.starts_at, row.ends_at, row.rota.zone)
        if row.other_starts_at and row.other_ends_at:
            second = span_words(row.other_starts_at, row.other_ends_at, row.rota.zone)
            return two_lines(first, _("for %(span_words)s") % {"span_words": second})
        return first

    @display(description=lazy("State"))
    def shown_state(self, row: Override) -> str:
        """Whether it counts."""
        if row.withdrawn_at is not None:
            return chip("info", _("taken back"))
        if not row.stands:
            return chip("warning", _("waits for both to agree"))
        unseen = row.kind == "readiness" and row.seen_at is None
        return chip("warning", _("look at it")) if unseen else chip("ok", _("stands"))
