"""Recording on a patient's contact that its owner agreed to reminders and warnings, or no longer does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold import widgets
from unfold.admin import ModelAdmin

from messaging import consent
from messaging.domain.address import consent_key
from messaging.domain.delivery import EVERYTHING, Purpose
from messaging.models import ConsentEvent
from patients.admin.acts import Act, ActForm, act_view
from patients.admin.clock import clock
from patients.domain.profile import ContactKind
from patients.models import ContactPoint
from reminders.opt_outs import remaining
from reminders.patient_page import in_words, latest_words
from staff.scope import within

_WORDING = (
    "I agree to receive reminders about my visits and treatment, and warnings about what to watch for, at this "
    "number or address. Message and data rates may apply. I can opt out at any time."
)
#: What was agreed to; a form that does not say means reminders and warnings.
_PURPOSES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "both": ("reminders and warnings", (Purpose.REMINDERS, Purpose.WARNINGS)),
    "reminders": ("reminders", (Purpose.REMINDERS,)),
    "warnings": ("warnings", (Purpose.WARNINGS,)),
    "checkins": ("check-ins", (Purpose.CHECKINS,)),
    EVERYTHING: ("everything", (EVERYTHING,)),
}
_UNENCRYPTED = {None: "", True: "wants unencrypted messages", False: "wants no unencrypted messages"}
_TOLD = {"": None, "yes": True, "no": False}
#: Entries of the history on the page; the whole of it is in the consent ledger.
_SHOWN = 20


class ConsentForm(ActForm):
    """Yes or no, how it was said, and in which words."""

    granted = forms.ChoiceField(
        label=lazy("The owner of this contact"),
        choices=[("yes", lazy("agrees")), ("no", lazy("does not, or no longer, agree"))],
        widget=widgets.UnfoldAdminSelectWidget(),
    )
    purposes = forms.ChoiceField(
        label=lazy("To"),
        choices=[(key, words) for key, (words, _unused) in _PURPOSES.items()],
        required=False,
        widget=widgets.UnfoldAdminSelectWidget(),
        help_text=lazy("Warnings teach what to watch for. Answers to her own texts need no consent."),
    )
    source = forms.ChoiceField(
        label=lazy("How"),
        choices=[
            (ConsentEvent.Source.FORM, lazy("On a signed form")),
            (ConsentEvent.Source.STAFF, lazy("Told to staff, by phone or in person")),
        ],
        widget=widgets.UnfoldAdminSelectWidget(),
    )
    wording = forms.CharField(
        label=lazy("In these words"),
        initial=_WORDING,
        max_length=2000,
        widget=widgets.UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=lazy("The words that were agreed to, or that said no. They are kept for good."),
    )
    wording_version = forms.CharField(
        label=lazy("Version of the form"),
        max_length=40,
        required=False,
        widget=widgets.UnfoldAdminTextInputWidget(),
        help_text=lazy("As printed on it."),
    )
    language = forms.ChoiceField(
        label=lazy("Language of the words"),
        choices=[("", lazy("not known")), *settings.MESSAGE_LANGUAGE_NAMES],
        required=False,
        widget=widgets.UnfoldAdminSelectWidget(),
    )
    unencrypted = forms.ChoiceField(
        label=lazy("Told that texts and mails are not encrypted"),
        choices=[
            ("", lazy("not told")),
            ("yes", lazy("told, and wants them all the same")),
            ("no", lazy("told, and does not want them")),
        ],
        required=False,
        widget=widgets.UnfoldAdminSelectWidget(),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a yes to what was just refused."""
        data = super().clean() or {}
        if data.get("granted") == "yes" and data.get("unencrypted") == "no":
            self.add_error("unencrypted", _("Who does not want unencrypted messages cannot agree to them."))
        return data


def record_view(request: HttpRequest, contact_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """The page that records consent for one contact."""
    own = within(ContactPoint.objects.select_related("patient__clinic"), request.user, "patient__clinic")
    contact = own.filter(pk=contact_id).first()
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
            wording_version=data["wording_version"],
            language=data["language"],
            unencrypted_ok=_TOLD[data["unencrypted"]],
        )
    if not granted:
        return _("Recorded: does not agree to %(words)s. %(remaining)s") % {
            "words": words,
            "remaining": remaining(contact),
        }
    return _("Recorded: agrees to %(words)s.") % {"words": words}


def _facts(contact: ContactPoint) -> list[tuple[str, str]]:
    whose = contact.owner_name or contact.get_owner_display()
    event = latest_words([contact]).get(consent_key(contact.address))
    on_record = in_words(event, contact.patient.clinic.zone)
    if contact.kind == ContactKind.PHONE and consent.revoked_by_text(contact.address, Purpose.REMINDERS):
        on_record = _("%(consent)s. The carrier blocks texts to this phone until it texts START.") % {
            "consent": on_record
        }
    facts = [(_("Patient"), str(contact.patient)), (contact.get_kind_display(), contact.address), (_("Whose"), whose)]
    warnings = consent.latest([contact.address]).get((consent_key(contact.address), Purpose.WARNINGS))
    zone = contact.patient.clinic.zone
    return [*facts, (_("Reminders"), on_record), (_("Warnings"), in_words(warnings, zone)), *_history(contact)]


def _history(contact: ContactPoint) -> list[tuple[str, str]]:
    """Every entry of the address, the latest first, each with its words."""
    entries = ConsentEvent.objects.filter(address=consent_key(contact.address)).order_by("-recorded_at", "-pk")
    found = list(entries[: _SHOWN + 1])
    told = [(f"{clock(entry.recorded_at, contact.patient.clinic.zone)}", _told(entry)) for entry in found[:_SHOWN]]
    return [*told, (_("Earlier"), _("in the consent ledger"))] if len(found) > _SHOWN else told


def _told(entry: ConsentEvent) -> str:
    parts = [
        f"{'yes' if entry.granted else 'no'} to {entry.get_purpose_display()}, {entry.get_source_display()}",
        _("by %(recorded_by)s") % {"recorded_by": entry.recorded_by} if entry.recorded_by else "",
        _("version %(wording_version)s") % {"wording_version": entry.wording_version} if entry.wording_version else "",
        _UNENCRYPTED[entry.unencrypted_ok],
        f"“{entry.wording}”" if entry.wording else "",
    ]
    return "; ".join(part for part in parts if part)


RECORD = Act(
    title=lazy("Record consent"),
    submit=lazy("Record"),
    do=_record,
    form=ConsentForm,
    facts=_facts,
    explain=lazy("Consent is kept for the address, not for the person: it holds for all who share it."),
    permission="messaging.add_consentevent",
    home=lambda contact: reverse("admin:patients_patient_change", args=[contact.patient_id]),
)
