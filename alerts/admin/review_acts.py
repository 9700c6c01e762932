"""What a nurse does with a text in her inbox: record what she did, or raise a red flag from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold import widgets

from alerts import cases, raising, rulebook
from alerts.admin.who import acting
from alerts.callback import phone_of
from alerts.domain.triage import Fired, Reading
from alerts.domain.words import TITLES, Condition, Tier
from alerts.models import NurseReview, Responder
from patients.admin.acts import Act, ActForm
from patients.admin.clock import clock
from patients.domain.address import national

#: Nothing is chosen beforehand: a press too early must not page anybody.
CHOOSE = ("", lazy("Choose…"))
TIERS = [
    CHOOSE,
    (Tier.RED.value, lazy("Red: page a nurse now")),
    (Tier.T0.value, lazy("T0: 911 or the emergency department, now")),
    (Tier.AMBER.value, lazy("Amber: somebody gets in touch the same day")),
]


class DoneForm(ActForm):
    """What was done about it."""

    outcome = forms.CharField(
        max_length=200,
        widget=widgets.UnfoldAdminTextInputWidget(attrs={"autofocus": True}),
        help_text=lazy("E.g. “Phoned: usual ache, no change”. Answers are given by phone, not from here."),
    )


class RaiseForm(ActForm):
    """Which red flag it is, and how fast."""

    condition = forms.ChoiceField(choices=list, widget=widgets.UnfoldAdminSelectWidget(attrs={"autofocus": True}))
    tier = forms.ChoiceField(choices=TIERS, widget=widgets.UnfoldAdminSelectWidget())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["condition"]).choices = [
            CHOOSE,
            *((condition.value, condition.title) for condition in _rules()),
        ]


def whose(review: NurseReview) -> str:
    """The patient's name, or the number that nobody knows."""
    patient = review.patient
    if patient is None:
        return _("Unknown number %(from_address)s") % {"from_address": national(review.inbound.from_address)}
    return f"{patient.family_name}, {patient.given_name}"


def _rules() -> dict[Condition, str]:
    """Each condition that a rule in force looks for, with the first such rule."""
    found: dict[Condition, str] = {}
    for rule in rulebook.active_rules():
        found.setdefault(rule.condition, rule.code)
    return found


def _facts(review: NurseReview) -> list[tuple[str, str]]:
    return [
        (_("Patient"), whose(review)),
        (_("Text"), review.inbound.body),
        (_("Arrived"), clock(review.opened_at, review.clinic.zone)),
        (_("To be read by"), clock(review.due_at, review.clinic.zone)),
        (_("Why a person reads it"), review.why),
    ]


def _finish(review: NurseReview, outcome: str, request: HttpRequest, now: datetime) -> None:
    done = NurseReview.objects.filter(pk=review.pk, done_at__isnull=True).update(
        done_at=now, done_by=request.user.pk, outcome=outcome[:200]
    )
    if not done:
        raise ValidationError(_("Somebody has read this text already."))


def _done(review: NurseReview, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    _finish(review, data["outcome"], request, now)
    return _("Read, and recorded what was done.")


def _raise(review: NurseReview, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    me = acting(request)
    condition, tier = Condition(data["condition"]), Tier(data["tier"])
    _finish(review, f"Raised: {TITLES[condition]}", request, now)
    fired = Fired(_rules()[condition], condition, tier, ())
    why = f"{me.name} raised it from her inbox ({tier.name})."
    reading = Reading(fired=(fired,), evidence=(), intents=frozenset(), review=False, why=why)
    hand = cases.Hand("admin", me, cast("AbstractBaseUser", request.user))
    sender = phone_of(review.inbound, review.patient) if review.patient else review.inbound.from_address
    # A colleague wrote it: what a patient is to do is not for her phone, and hers is not to be called.
    from_staff = Responder.objects.filter(phone=sender).exists() and review.patient is None
    teller = raising.Teller(
        clinic=review.clinic,
        patient=review.patient,
        phone="" if from_staff else sender,
        about=f"text:{review.inbound_id}" if from_staff else "",
        shared_phone=review.shared_phone,
    )
    raising.report(review.inbound, teller, reading, now=now, hand=hand)
    return _("Raised: %(title)s. She is told what to do, and the first page is on its way.") % {
        "title": condition.title
    }


def _to_the_board(review: NurseReview) -> str:
    return reverse("admin:alerts_alert_changelist")


def _to_the_inbox(review: NurseReview) -> str:
    return reverse("admin:alerts_nursereview_changelist") + "?state=open"


DONE = Act(title=lazy("Read"), submit=lazy("Record"), do=_done, form=DoneForm, facts=_facts, home=_to_the_inbox)
RAISE = Act(
    title=lazy("Raise a red flag from this text"),
    submit=lazy("Raise it"),
    do=_raise,
    form=RaiseForm,
    facts=_facts,
    home=_to_the_board,
    danger=True,
    explain=lazy("The patient is told at once what to do, and the policy of the rule pages whoever is on call."),
)
