"""What a responder does to a red flag: take it, hand it back, say whether she was reached, record the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold import widgets
from unfold.admin import ModelAdmin

from alerts import services
from alerts.admin.board_rows import whose
from alerts.admin.who import acting
from alerts.admin.words import STAGES
from alerts.domain.words import AlertState, Condition, Outcome
from alerts.models import Alert, Responder
from alerts.services import Answer, Verdict
from patients.admin.acts import Act, ActForm, act_view
from patients.admin.clock import clock

VIA = "admin"


class OutcomeForm(ActForm):
    """How it ended, coded, and a note."""

    outcome = forms.ChoiceField(
        choices=[("", lazy("Choose…")), *[(outcome.value, outcome.words) for outcome in Outcome]],
        widget=widgets.UnfoldAdminSelectWidget(attrs={"autofocus": True}),
        help_text=lazy("What was done. It closes the red flag and cannot be taken back."),
    )
    note = forms.CharField(
        required=False,
        max_length=2000,
        widget=widgets.UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=lazy("For the record: what was said and agreed."),
    )


def press(model_admin: ModelAdmin, request: HttpRequest, alert: Model | None, act: Act) -> HttpResponse:
    """Do it and go back to where the button was. Somebody else was faster: back as well, told who it was.

    A note that was typed is not thrown away for that: then the page of the deed shows it, and the refusal.
    """
    response = act_view(model_admin, request, alert, act)
    if request.method != "POST" or not isinstance(response, TemplateResponse) or "pressed" not in request.POST:
        return response
    context = response.context_data or {}
    form: forms.Form = context["form"]
    if set(form.errors) != {NON_FIELD_ERRORS} or request.POST.get("note", "").strip():
        return response
    for told in form.non_field_errors():
        messages.error(request, str(told))
    return HttpResponseRedirect(context["home"])


def facts(alert: Alert) -> list[tuple[str, str]]:
    """What every deed's page says of the alert."""
    found = [
        (_("Patient"), whose(alert)),
        (_("Red flag"), Condition(alert.condition).title),
        (_("Raised"), clock(alert.raised_at, alert.clinic.zone)),
        (
            _("Stage"),
            str(STAGES[AlertState(alert.state)])
            + (_(" by %(name)s") % {"name": alert.owner.name} if alert.owner else ""),
        ),
    ]
    return [*found, (_("Phone, do not text"), alert.phone_her)] if alert.phone_her else found


def _who(request: HttpRequest) -> tuple[Responder, AbstractBaseUser]:
    return acting(request), cast("AbstractBaseUser", request.user)


def _take(alert: Alert, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    me, user = _who(request)
    answer = services.accept(alert.pk, by=me, via=VIA, now=now, user=user)
    match answer.verdict:
        case Verdict.WON:
            return _("It is yours. Phone %(whose)s now, then record here whether you got through.") % {
                "whose": whose(alert)
            }
        case Verdict.YOURS:
            return _("You have it already.")
        case _:
            raise ValidationError(_taken(answer))


def _hand_back(alert: Alert, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    me, user = _who(request)
    answer = services.hand_back(alert.pk, by=me, via=VIA, now=now, user=user)
    return _done(answer, _("Handed back: the next step is being paged."))


def _spoke(alert: Alert, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    me, user = _who(request)
    answer = services.reached(alert.pk, by=me, spoke=True, via=VIA, now=now, user=user)
    return _done(answer, _("You spoke with the patient. Record the outcome when it is settled."))


def _not_reached(alert: Alert, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    me, user = _who(request)
    answer = services.reached(alert.pk, by=me, spoke=False, via=VIA, now=now, user=user)
    return _done(answer, _("Noted: not reached. The clock goes on; try again, or hand it back."))


def _close(alert: Alert, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    me, user = _who(request)
    outcome = Outcome(data["outcome"])
    answer = services.close(alert.pk, by=me, outcome=outcome, note=data["note"], via=VIA, now=now, user=user)
    return _done(answer, _("Closed: %(outcome)s.") % {"outcome": f"{outcome.words[0].lower()}{outcome.words[1:]}"})


def _done(answer: Answer, told: str) -> str:
    if answer.verdict is not Verdict.DONE:
        raise ValidationError(_taken(answer))
    return told


def _taken(answer: Answer) -> str:
    owner = answer.owner.name if answer.owner else _("somebody else")
    if answer.verdict is Verdict.CLOSED:
        at = clock(answer.alert.closed_at, answer.alert.clinic.zone)
        return _("It is over: %(owner)s recorded “%(words)s” on %(at)s.") % {
            "owner": owner,
            "words": Outcome(answer.alert.outcome).words,
            "at": at,
        }
    at = clock(answer.alert.accepted_at, answer.alert.clinic.zone)
    return _("%(owner)s has it, since %(at)s. Nothing was changed.") % {"owner": owner, "at": at}


def _home(alert: Alert) -> str:
    return reverse("admin:alerts_alert_changelist")


TAKE = Act(
    title=lazy("Take this red flag"),
    submit=lazy("Take it"),
    do=_take,
    facts=facts,
    home=_home,
    explain=lazy("You phone the patient. Pages to the others stop, and the patient is told that a nurse will call."),
)
HAND_BACK = Act(
    title=lazy("Hand it back"),
    submit=lazy("Hand it back"),
    do=_hand_back,
    facts=facts,
    home=_home,
    explain=lazy("The next step of the policy is paged at once."),
    danger=True,
)
SPOKE = Act(
    title=lazy("Spoke with the patient"),
    submit=lazy("I spoke with the patient"),
    do=_spoke,
    facts=facts,
    home=_home,
    explain=lazy("Whoever speaks with the patient has the red flag; next comes the outcome."),
)
NOT_REACHED = Act(
    title=lazy("Not reached"),
    submit=lazy("I got no answer"),
    do=_not_reached,
    facts=facts,
    home=_home,
    explain=lazy("It stays yours, and the clock goes on: unless the patient is reached in time, others are paged."),
)
OUTCOME = Act(
    title=lazy("Record the outcome"),
    submit=lazy("Record and close"),
    do=_close,
    form=OutcomeForm,
    facts=facts,
    home=_home,
)
