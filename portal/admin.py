"""What staff do about a patient's own page: send the link, revoke one, revoke all; and what was reported on it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from unfold import widgets

from messaging import consent
from messaging.domain.delivery import Purpose
from messaging.domain.wording import WordingError
from patients import links
from patients.admin.acts import Act, ActForm, ReasonForm, act_view
from patients.domain.profile import PatientStatus
from patients.models import ContactPoint, Patient, PatientLink
from portal import page_links
from staff.admin.base import PageAdmin
from staff.scope import within


class SendForm(ActForm):
    """Whether the patient asked for it: then no consent is needed."""

    asked = forms.BooleanField(
        label=lazy("The owner of this contact is asking for it now"),
        required=False,
        widget=widgets.UnfoldBooleanWidget(),
        help_text=lazy("On the telephone or in person. Otherwise it is sent only where reminders were agreed to."),
    )


def _send(contact: ContactPoint, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    if PatientStatus(contact.patient.status).ends_messages:
        raise ValidationError(_("The patient is no longer in treatment: the page would not open."))
    if not contact.is_usable:
        raise ValidationError(
            _("This contact does not work: %(unusable_reason)s") % {"unusable_reason": contact.unusable_reason}
        )
    purpose = Purpose.REPLIES if data["asked"] else Purpose.REMINDERS
    if consent.opted_out(contact.address) or not consent.allowed([(contact.address, purpose)]):
        raise ValidationError(_("The owner of this contact has not agreed to reminders, or has opted out."))
    try:
        page_links.send(contact, key=f"page_link:staff:{uuid.uuid4()}", purpose=purpose, now=now)
    except WordingError as error:
        raise ValidationError(_("There are no words for it: %(error)s") % {"error": error}) from error
    return _("The link is on its way.")


def _revoke(link: PatientLink, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    if not links.revoke(link, why=data["reason"], now=now):
        raise ValidationError(_("Somebody has revoked this link already."))
    return _("The link opens nothing any more.")


def _revoke_all(patient: Patient, data: Mapping[str, Any], request: HttpRequest, now: datetime) -> str:
    count = links.revoke_all(patient, why=data["reason"], now=now)
    return ngettext(
        "%(count)s link revoked. The next message brings a new one.",
        "%(count)s links revoked. The next message brings a new one.",
        count,
    ) % {"count": count}


def _home(row: ContactPoint | PatientLink) -> str:
    return reverse("admin:patients_patient_change", args=[row.patient_id])


_MAY = "patients.change_patient"
SEND = Act(
    title=lazy("Send the link to the patient’s own page"),
    submit=lazy("Send"),
    do=_send,
    form=SendForm,
    facts=lambda contact: [(_("Patient"), str(contact.patient)), (_("To"), f"{contact}, {contact.address}")],
    permission=_MAY,
    home=_home,
)
REVOKE = Act(
    title=lazy("Revoke this link"),
    submit=lazy("Revoke"),
    do=_revoke,
    form=ReasonForm,
    danger=True,
    explain=lazy("Who opens it reads that it is no longer in use, and whom to call."),
    permission=_MAY,
    home=_home,
)
REVOKE_ALL = Act(
    title=lazy("Revoke every link of this patient"),
    submit=lazy("Revoke all"),
    do=_revoke_all,
    form=ReasonForm,
    danger=True,
    explain=lazy("For a lost phone, say. Calendars that follow the visits stop as well."),
    permission=_MAY,
    home=lambda patient: reverse("admin:patients_patient_change", args=[patient.pk]),
)


@admin.register(PatientLink)
class PatientLinkAdmin(PageAdmin):
    """Links have no list of their own: they are shown on the patient's page, and the key in them to nobody."""

    clinic_path = "patient__clinic"

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Not in the index."""
        return {}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Made where a message needs one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: PatientLink | None = None) -> bool:
        """Nothing to edit."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PatientLink | None = None) -> bool:
        """Revoked, with a reason, and kept."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: PatientLink | None = None) -> bool:
        """The row shows the key."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """The three deeds."""
        view = self.admin_site.admin_view
        return [
            path("send/<int:pk>/", view(self.send_view), name="portal_link_send"),
            path("<int:pk>/revoke/", view(self.revoke_view), name="portal_link_revoke"),
            path("revoke-all/<int:pk>/", view(self.revoke_all_view), name="portal_link_revoke_all"),
            *super().get_urls(),
        ]

    def send_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Text or mail the link to one contact."""
        own = within(ContactPoint.objects.select_related("patient__clinic"), request.user, "patient__clinic")
        contact = own.filter(pk=pk).first()
        return act_view(self, request, contact, SEND)

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End one link."""
        own = within(PatientLink.objects.select_related("patient", "contact"), request.user, "patient__clinic")
        link = own.filter(pk=pk).first()
        return act_view(self, request, link, REVOKE)

    def revoke_all_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End all links of a patient."""
        own = within(Patient.objects.all(), request.user, "clinic")
        return act_view(self, request, own.filter(pk=pk).first(), REVOKE_ALL)
