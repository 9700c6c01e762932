"""What a responder does to a red flag: take it, hand it back, say whether she was reached, record the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from unfold import widgets

from alerts import services
from alerts.admin.board_rows import whose
from alerts.admin.who import acting
from alerts.admin.words import STAGES
from alerts.domain.words import AlertState, Condition, Outcome
from alerts.models import Alert, Responder
from alerts.services import Answer, Verdict
from patients.admin.acts import Act, ActForm
from patients.admin.clock import clock

VIA = "admin"


class OutcomeForm(ActForm):
    """How it ended, coded, and a note."""

    outcome = forms.ChoiceField(
        choices=[("", "Choose…"), *[(outcome.value, outcome.words) for outcome in Outcome]],
        widget=widgets.UnfoldAdminSelectWidget(attrs={"autofocus": True}),
        help_text="What was done. It closes the red flag and cannot be taken back.",
    )
    note = forms.CharField(
        required=False,
        max_length=2000,
        widget=widgets.UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="For the record: what was said and agreed.",
    )


def facts(alert: Alert) -> list[tuple[str, str]]:
    """What every deed's page says of the alert."""
    found = [
        ("Patient", whose(alert)),
        ("Red flag", Condition(alert.condition).title),
        ("Raised", clock(alert.raised_at, alert.clinic.zone)),
        ("Stage", STAGES[AlertState(alert.state)] + (f" by {alert.owner.name}" if alert.owner else "")),
    ]
    return [*found, ("Phone, do not text", alert.phone_her)] if alert.phone_her else found


def _who(request: HttpRequest) -> tuple[Responder, AbstractBaseUser]:
    return acting(request), cast("AbstractBaseUser", request.user)


def _take(alert: Alert, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    me, user = _who(request)
    answer = services.accept(alert.pk, by=me, via=VIA, now=now, user=user)
    match answer.verdict:
        case Verdict.WON:
            return f"It is yours. Phone {whose(alert)} now, then record here whether you got through."
        case Verdict.YOURS:
            return "You have it already."
        case _:
            raise ValidationError(_taken(answer))


def _hand_back(alert: Alert, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    me, user = _who(request)
    answer = services.hand_back(alert.pk, by=me, via=VIA, now=now, user=user)
    return _done(answer, "Handed back: the next step is being paged.")


def _spoke(alert: Alert, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    me, user = _who(request)
    answer = services.reached(alert.pk, by=me, spoke=True, via=VIA, now=now, user=user)
    return _done(answer, "You spoke with the patient. Record the outcome when it is settled.")


def _not_reached(alert: Alert, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    me, user = _who(request)
    answer = services.reached(alert.pk, by=me, spoke=False, via=VIA, now=now, user=user)
    return _done(answer, "Noted: not reached. The clock goes on; try again, or hand it back.")


def _close(alert: Alert, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    me, user = _who(request)
    outcome = Outcome(data["outcome"])
    answer = services.close(alert.pk, by=me, outcome=outcome, note=data["note"], via=VIA, now=now, user=user)
    return _done(answer, f"Closed: {outcome.words[0].lower()}{outcome.words[1:]}.")


def _done(answer: Answer, told: str) -> str:
    if answer.verdict is not Verdict.DONE:
        raise ValidationError(_taken(answer))
    return told


def _taken(answer: Answer) -> str:
    owner = answer.owner.name if answer.owner else "somebody else"
    if answer.verdict is Verdict.CLOSED:
        at = clock(answer.alert.closed_at, answer.alert.clinic.zone)
        return f"It is over: {owner} recorded “{Outcome(answer.alert.outcome).words}” on {at}."
    at = clock(answer.alert.accepted_at, answer.alert.clinic.zone)
    return f"{owner} has it, since {at}. Nothing was changed."


def _home(alert: Alert) -> str:
    return reverse("admin:alerts_alert_changelist")


TAKE = Act(
    title="Take this red flag",
    submit="Take it",
    do=_take,
    facts=facts,
    home=_home,
    explain="You phone the patient. Pages to the others stop, and the patient is told that a nurse will call.",
)
HAND_BACK = Act(
    title="Hand it back",
    submit="Hand it back",
    do=_hand_back,
    facts=facts,
    home=_home,
    explain="The next step of the policy is paged at once.",
    danger=True,
)
SPOKE = Act(
    title="Spoke with the patient",
    submit="I spoke with the patient",
    do=_spoke,
    facts=facts,
    home=_home,
    explain="Whoever speaks with the patient has the red flag; next comes the outcome.",
)
NOT_REACHED = Act(
    title="Not reached",
    submit="I got no answer",
    do=_not_reached,
    facts=facts,
    home=_home,
    explain="It stays yours, and the clock goes on: unless the patient is reached in time, others are paged.",
)
OUTCOME = Act(
    title="Record the outcome",
    submit="Record and close",
    do=_close,
    form=OutcomeForm,
    facts=facts,
    home=_home,
)
