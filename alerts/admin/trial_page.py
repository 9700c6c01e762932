"""The page on which a text is tried out. The text is posted, never in an address, and nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django_stubs_ext import StrOrPromise
from unfold import widgets
from unfold.admin import ModelAdmin

from alerts import trial
from alerts.admin.marked import marked, stances_of
from alerts.admin.story import coming_rows
from alerts.admin.words import TIERS
from alerts.domain.triage import Context, Evidence
from messaging.domain import wall_time
from patients.admin.fields import LanguageField
from patients.models import Clinic
from staff.scope import within


def _days(label: StrOrPromise) -> forms.IntegerField:
    widget = widgets.UnfoldAdminIntegerFieldWidget()
    return forms.IntegerField(label=label, min_value=0, max_value=4000, required=False, widget=widget)


class TrialForm(forms.Form):
    """A text, and what is known of whoever writes it."""

    text = forms.CharField(
        required=False,
        max_length=20000,
        strip=False,
        widget=widgets.UnfoldAdminTextareaWidget(attrs={"rows": 4, "autofocus": True}),
        label=lazy("Text, as a patient would write it"),
    )
    clinic = forms.ModelChoiceField(Clinic.objects.all(), widget=widgets.UnfoldAdminSelectWidget(), empty_label=None)
    language = LanguageField(label=lazy("Language"))
    on = forms.DateField(label=lazy("Arrives on"), widget=widgets.UnfoldAdminSingleDateWidget())
    clock = forms.TimeField(
        label=lazy("at"),
        widget=widgets.UnfoldAdminSingleTimeWidget(format="%H:%M"),
        help_text=lazy("By the clinic’s clock."),
    )
    spine_metastases = forms.BooleanField(
        required=False, label=lazy("Has spine metastases"), widget=widgets.UnfoldBooleanWidget()
    )
    days_since_denosumab = _days(lazy("Days since denosumab"))
    days_since_bisphosphonate = _days(lazy("Days since bisphosphonate"))
    days_since_gnrh_start = _days(lazy("Days since GnRH start"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Clinic]", self.fields["clinic"]).queryset = own_clinics(user)

    def at(self) -> datetime:
        """When it arrives."""
        data = self.cleaned_data
        return wall_time.at(data["on"], data["clock"], data["clinic"].zone)

    def context(self) -> Context:
        """What triage is told beside the text."""
        names = ("spine_metastases", "days_since_denosumab", "days_since_bisphosphonate", "days_since_gnrh_start")
        return Context(language=self.cleaned_data["language"], **{name: self.cleaned_data[name] for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One rule that fires, as the page shows it."""

    firing: trial.Firing
    condition: str
    tier_words: str
    words: list[str]
    rows: list[tuple[str, str, str]]
    worst: bool


def own_clinics(user: Any) -> QuerySet[Clinic]:
    """The clinics that this person may play with."""
    return within(Clinic.objects.all(), user, "pk")


def start(now: datetime, user: Any) -> dict[str, Any]:
    """What the form starts with."""
    clinic = own_clinics(user).first()
    local = now.astimezone(clinic.zone) if clinic else now
    return {
        "clinic": clinic,
        "language": clinic.default_language if clinic else "en",
        "on": local.date(),
        "clock": local.time().replace(second=0, microsecond=0),
    }


def try_page(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """The form, and what the posted text would come to."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    initial = start(timezone.now(), request.user)
    form = TrialForm(request.POST if request.method == "POST" else None, initial=initial, user=request.user)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Try a text"),
        "opts": model_admin.opts,
        "form": form,
        "media": model_admin.media + form.media,
    }
    if request.method == "POST" and form.is_valid():
        context |= _result(form)
    response = TemplateResponse(request, "admin/alerts/try.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _result(form: TrialForm) -> dict[str, Any]:
    data = form.cleaned_data
    clinic: Clinic = data["clinic"]
    tried = trial.try_text(data["text"], context=form.context(), clinic=clinic, language=data["language"], at=form.at())
    evidence = [_plain(piece) for piece in tried.reading.evidence]
    return {
        "tried": tried,
        "marked": marked(tried.text, evidence),
        "findings": stances_of(evidence),
        "verdict": _verdict(tried),
        "shown": [_shown(one, clinic, worst=number == 0) for number, one in enumerate(tried.firings)],
        "intents": ", ".join(sorted(tried.reading.intents)).replace("_", " "),
    }


def _verdict(tried: trial.Trial) -> tuple[str, str]:
    reading = tried.reading
    if reading.page:
        return "bad", _("A nurse is paged now")
    if any(one.policy for one in tried.firings):
        return "warning", _("A nurse gets in touch the same day")
    return (
        ("info", _("A nurse reads it in the inbox"))
        if reading.review
        else ("ok", _("Nobody has to act: everyday message"))
    )


def _shown(firing: trial.Firing, clinic: Clinic, *, worst: bool) -> Shown:
    return Shown(
        firing=firing,
        condition=firing.fired.condition.title,
        tier_words=TIERS[firing.fired.tier],
        words=list(dict.fromkeys(piece.words for piece in firing.fired.evidence)),
        rows=coming_rows(firing.lines, firing.policy, clinic.zone) if firing.policy else [],
        worst=worst,
    )


def _plain(piece: Evidence) -> dict[str, Any]:
    return {
        "concept": piece.concept,
        "words": piece.words,
        "start": piece.start,
        "end": piece.end,
        "stance": piece.stance.value,
    }
