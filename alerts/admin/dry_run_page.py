"""The page that says who would get what when, if a rule fired at a time and nobody answered."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold import widgets
from unfold.admin import ModelAdmin

from alerts import dry_run, rulebook
from alerts.admin.story import coming_rows
from alerts.admin.trial_page import own_clinics, start
from alerts.admin.words import span_in_words
from alerts.domain.dry_run import What
from alerts.domain.policy import Policy, PolicyError
from alerts.domain.words import Tier
from alerts.models import EscalationPolicy
from messaging.domain import wall_time
from patients.admin.clock import clock
from patients.models import Clinic
from staff.scope import within

LINES = 16
TIERS = [(Tier.T0.value, "T0"), (Tier.RED.value, lazy("Red")), (Tier.AMBER.value, lazy("Amber"))]


class DryRunForm(forms.Form):
    """A policy, a clinic, and a moment by its clock."""

    policy = forms.ModelChoiceField(
        EscalationPolicy.objects.all(), widget=widgets.UnfoldAdminSelectWidget(), empty_label=None
    )
    clinic = forms.ModelChoiceField(Clinic.objects.all(), widget=widgets.UnfoldAdminSelectWidget(), empty_label=None)
    tier = forms.ChoiceField(choices=TIERS, initial=Tier.RED.value, widget=widgets.UnfoldAdminSelectWidget())
    on = forms.DateField(label=lazy("Fires on"), widget=widgets.UnfoldAdminSingleDateWidget())
    clock = forms.TimeField(
        label=lazy("at"),
        widget=widgets.UnfoldAdminSingleTimeWidget(format="%H:%M"),
        help_text=lazy("By the clinic’s clock."),
    )
    fallback_after = forms.IntegerField(
        label=lazy("Fallback after (minutes)"),
        min_value=1,
        max_value=60,
        initial=10,
        widget=widgets.UnfoldAdminIntegerFieldWidget(),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Clinic]", self.fields["clinic"]).queryset = own_clinics(user)
        cast("forms.ModelChoiceField[EscalationPolicy]", self.fields["policy"]).queryset = own_policies(user)

    def at(self) -> datetime:
        """The moment."""
        data = self.cleaned_data
        return wall_time.at(data["on"], data["clock"], data["clinic"].zone)


def own_policies(user: Any) -> QuerySet[EscalationPolicy]:
    """Those for this person's clinics, and those for all."""
    return within(EscalationPolicy.objects.all(), user, "clinic", or_no_clinic=True)


def dry_run_page(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """The form in the address (it holds nothing of a patient), and the table."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    now = timezone.now()
    policies = own_policies(request.user)
    policy = policies.filter(waits_for_opening=False).first() or policies.first()
    initial = {**start(now, request.user), "policy": policy, "tier": Tier.RED.value, "fallback_after": 10}
    asked = request.GET if request.GET else None
    form = DryRunForm(asked, initial=initial, user=request.user)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Dry run"),
        "opts": model_admin.opts,
        "form": form,
        "media": model_admin.media + form.media,
    }
    if asked and form.is_valid():
        context |= _result(form, now=now)
    return TemplateResponse(request, "admin/alerts/dry_run.html", context)


def _result(form: DryRunForm, *, now: datetime) -> dict[str, object]:
    data = form.cleaned_data
    clinic: Clinic = data["clinic"]
    try:
        policy = rulebook.frozen(data["policy"])
    except PolicyError as error:
        return {"problem": str(error)}
    tier, at = Tier(data["tier"]), form.at()
    after = timedelta(minutes=data["fallback_after"])
    lines = dry_run.rehearse(policy, clinic, tier=tier, at=at, fallback_after=after, lines=LINES)
    rows = [
        (line, span_in_words(line.at - at) if line.at > at else _("at once"), *row)
        for line, row in zip(lines, coming_rows(lines, policy, clinic.zone), strict=True)
    ]
    return {
        "rows": rows,
        "policy": policy,
        "clinic": clinic,
        "shift": _missing_hour(data["clock"], at, clinic) or _clock_change(at, lines[-1].at if lines else at, clinic),
        "voice": next((span_in_words(line.at - lines[0].at) for line in lines if line.rings), ""),
        "limit": span_in_words(policy.human_within),
        "slow": slow_in_words(policy, [clinic], now=now),
        "told": "" if any(line.what is What.FALLBACK for line in lines) or not tier.pages else "no",
    }


def slow_in_words(policy: Policy, clinics: list[Clinic], *, now: datetime) -> list[str]:
    """Where within four weeks the policy would be slower than its own limit, a sentence each."""
    return [
        _("%(clinic)s: from %(start)s on ")
        % {
            "clinic": found.clinic,
            "start": clock(found.slowest.start, found.clinic.zone),
        }
        + (
            _("the first telephone would ring after %(span_in_words)s only; %(span_in_words2)s are allowed.")
            % {
                "span_in_words": span_in_words(found.slowest.after),
                "span_in_words2": span_in_words(policy.human_within),
            }
            if found.slowest.after is not None
            else _("no telephone would ring at all.")
        )
        for found in dry_run.too_slow(policy, clinics, now=now)
    ]


def _missing_hour(asked: time, at: datetime, clinic: Clinic) -> str:
    shown = at.astimezone(clinic.zone)
    if shown.time() == asked:
        return ""
    return _("No clock shows %(asked)s that night, because clocks go forward: played from %(shown)s.") % {
        "asked": f"{asked:%H:%M}",
        "shown": f"{shown:%H:%M}",
    }


def _clock_change(at: datetime, until: datetime, clinic: Clinic) -> str:
    first, last = at.astimezone(clinic.zone), until.astimezone(clinic.zone)
    before, after = first.utcoffset(), last.utcoffset()
    if before is None or after is None or before == after:
        return ""
    way = "forward" if after > before else "back"
    return _("Clocks go %(way)s in between: the waits are real time, the times are what clocks show.") % {"way": way}
