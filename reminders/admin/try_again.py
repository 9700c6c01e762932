"""Letting a contact be tried again that a provider has called dead: after a talk with its owner, or a repair."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.admin import ModelAdmin

from messaging import faults
from patients.admin.acts import Act, act_view
from patients.admin.clock import clock
from patients.models import ContactPoint
from reminders.contact_notes import faults_of
from staff.scope import within


def try_again_view(request: HttpRequest, contact_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """The page that lets one contact be used again."""
    own = within(ContactPoint.objects.select_related("patient__clinic"), request.user, "patient__clinic")
    contact = own.filter(pk=contact_id).first()
    return act_view(model_admin, request, contact, TRY_AGAIN)


def _clear(contact: ContactPoint, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    fault = faults_of([contact]).get(contact.pk)
    if fault is None or not faults.clear(fault, by=request.user.get_username(), now=now):
        raise ValidationError(_("Nothing stands against this contact any more."))
    return _("It is used again from now on.")


def _facts(contact: ContactPoint) -> list[tuple[str, str]]:
    facts = [(_("Patient"), str(contact.patient)), (contact.get_kind_display(), contact.address)]
    fault = faults_of([contact]).get(contact.pk)
    if fault is None:
        return [*facts, (_("State"), _("Nothing stands against this contact."))]
    since = clock(fault.found_at, contact.patient.clinic.zone)
    return [
        *facts,
        (_("Does not work since"), since),
        (_("Because"), _("%(words)s (code %(code)s)") % {"words": fault.words, "code": fault.code}),
    ]


TRY_AGAIN = Act(
    title=lazy("Try this contact again"),
    submit=lazy("Try again"),
    do=_clear,
    facts=_facts,
    explain=lazy(
        "The next message goes there again. Should it fail in the same way, the contact is passed over as before."
    ),
    permission="patients.change_contactpoint",
    home=lambda contact: reverse("admin:patients_patient_change", args=[contact.patient_id]),
)
