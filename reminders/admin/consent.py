"""Recording on a patient's contact that its owner agreed to reminders and warnings, or no longer does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold import widgets
from unfold.admin import ModelAdmin

from messaging import consent
from messaging.domain.address import consent_key
from messaging.domain.delivery import Purpose
from messaging.models import ConsentEvent
from patients.admin.acts import Act, ActForm, act_view
from patients.domain.profile import ContactKind
from patients.models import ContactPoint
from reminders.patient_page import in_words, latest_words

_WORDING = (
    "I agree to receive reminders about my visits and treatment, and warnings about what to watch for, at this "
    "number or address. Message and data rates may apply. I can opt out at any time."
)
#: What was agreed to; a form that does not say means both.
_PURPOSES = {
    "both": ("reminders and warnings", (Purpose.REMINDERS, Purpose.WARNINGS)),
    "reminders": ("reminders", (Purpose.REMINDERS,)),
    "warnings": ("warnings", (Purpose.WARNINGS,)),
}


class ConsentForm(ActForm):
    """Yes or no, how it was said, and in which words."""

    granted = forms.ChoiceField(
        label="The owner of this contact",
        choices=[("yes", "agrees"), ("no", "does not, or no longer, agree")],
        widget=widgets.UnfoldAdminSelectWidget(),
    )
    purposes = forms.ChoiceField(
        label="To",
        choices=[(key, words) for key, (words, _) in _PURPOSES.items()],
        required=False,
        widget=widgets.UnfoldAdminSelectWidget(),
        help_text="Warnings teach what to watch for. Answers to her own texts need no consent.",
    )
    source = forms.ChoiceField(
        label="How",
        choices=[
            (ConsentEvent.Source.FORM, "On a signed form"),
            (ConsentEvent.Source.STAFF, "Told to staff, by phone or in person"),
        ],
        widget=widgets.UnfoldAdminSelectWidget(),
    )
    wording = forms.CharField(
        label="In these words",
        initial=_WORDING,
        max_length=2000,
        widget=widgets.UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text="The words that were agreed to, or that said no. They are kept for good.",
    )


def record_view(request: HttpRequest, contact_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """The page that records consent for one contact."""
    contact = ContactPoint.objects.select_related("patient__clinic").filter(pk=contact_id).first()
    return act_view(model_admin, request, contact, RECORD)


def _record(contact: ContactPoint, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    granted = data["granted"] == "yes"
    words, purposes = _PURPOSES[data["purposes"] or "both"]
    for purpose in purposes:
        consent.record(
            contact.address,
            purpose,
            granted=granted,
            source=data["source"],
            wording=data["wording"],
            now=now,
            by=request.user.get_username(),
        )
    return f"Recorded: {'agrees' if granted else 'does not agree'} to {words}."


def _facts(contact: ContactPoint) -> list[tuple[str, str]]:
    whose = contact.owner_name or contact.get_owner_display()
    event = latest_words([contact]).get(consent_key(contact.address))
    on_record = in_words(event, contact.patient.clinic.zone)
    if contact.kind == ContactKind.PHONE and consent.revoked_by_text(contact.address, Purpose.REMINDERS):
        on_record += ". The carrier blocks texts to this phone until it texts START."
    facts = [("Patient", str(contact.patient)), (contact.get_kind_display(), contact.address), ("Whose", whose)]
    warnings = consent.latest([contact.address]).get((consent_key(contact.address), Purpose.WARNINGS))
    zone = contact.patient.clinic.zone
    return [*facts, ("Reminders", on_record), ("Warnings", in_words(warnings, zone))]


RECORD = Act(
    title="Record consent",
    submit="Record",
    do=_record,
    form=ConsentForm,
    facts=_facts,
    explain="Consent is kept for the address, not for the person: it holds for all who share it.",
    permission="messaging.add_consentevent",
    home=lambda contact: reverse("admin:patients_patient_change", args=[contact.patient_id]),
)
