"""What all pages of one patient share: who may open them, the look that is noted, the tabs, the clocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from patients.admin.clock import city, clock, local_now
from patients.admin.patient import STATUS_COLOURS
from patients.models import Patient
from staff import looks, scope

#: Greater ones are no id of any database.
_GREATEST_ID = 2**63 - 1
_VIEW, _CHANGE = "patients.view_patient", "patients.change_patient"


@dataclass(frozen=True, slots=True)
class Tab:
    """One page of a patient, for those who have the right."""

    key: str
    title: str | Promise
    view: str
    icon: str
    permissions: tuple[str, ...]


TABS = (
    Tab("timeline", _("Timeline"), "chart:timeline", "timeline", (_VIEW,)),
    Tab("details", _("Details and plans"), "admin:patients_patient_change", "badge", (_VIEW,)),
    Tab("coming", _("Next 90 days"), "chart:coming", "schedule_send", (_VIEW, "reminders.view_plannedreminder")),
    Tab("reach", _("Reachability"), "chart:reach", "contact_phone", (_VIEW, "messaging.view_consentevent")),
    Tab("write", _("Write"), "chart:write", "edit", (_VIEW, "inbox.change_thread")),
    Tab("standing", _("Hold, resume, discharge"), "chart:standing", "pause_circle", (_CHANGE,)),
    Tab("record", _("Record"), "chart:record", "description", (_VIEW, "messaging.view_message")),
)


def tabs(request: HttpRequest, patient: Patient, here: str = "details") -> list[dict[str, Any]]:
    """The pages of this patient that the person may open; `here` is the one that is open."""
    return [
        {
            "title": tab.title,
            "icon": tab.icon,
            "href": reverse(tab.view, args=[patient.pk]),
            "here": tab.key == here,
        }
        for tab in TABS
        if request.user.has_perms(tab.permissions)
    ]


def patient_of(request: HttpRequest, pk: int, *, page: str) -> Patient:
    """The patient, of a clinic of whoever asks; the look is noted. Http404 otherwise: not even that there is one."""
    rows = scope.within(Patient.objects.select_related("clinic"), request.user, "clinic")
    patient = rows.filter(pk=pk).first() if pk <= _GREATEST_ID else None
    if patient is None:
        raise Http404("There is no such patient.")
    looks.note(request, patient, page=page)
    return patient


View = Callable[..., HttpResponse]


def chart(key: str) -> Callable[[View], View]:
    """A page of one patient, as the tab `key` says who may open it: `(request, patient, now, …) -> response`."""
    permissions = next(tab.permissions for tab in TABS if tab.key == key)

    def make(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, pk: int, **rest: Any) -> HttpResponse:
            if not request.user.has_perms(permissions):
                raise PermissionDenied
            return view(request, patient_of(request, pk, page=key), timezone.now(), **rest)

        wrapped: View = admin.site.admin_view(checked)
        return wrapped

    return make


def shown(
    request: HttpRequest, patient: Patient, here: str, title: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """The page `here` of `patient`, in its frame. Never kept by browsers: the next person at this desk is another."""
    whole = {
        **admin.site.each_context(request),
        "title": title,
        "opts": Patient._meta,
        "patient": patient,
        "patient_now": f"{local_now(patient.zone):%H:%M}",
        "patient_city": city(patient.zone),
        "status_colour": STATUS_COLOURS.get(patient.status, "info"),
        "tabs": tabs(request, patient, here),
        **context,
    }
    response = TemplateResponse(request, f"admin/patients/chart_{here}.html", whole, status=status)
    response["Cache-Control"] = "no-store"
    return response


def two_clocks(at: datetime, patient: Patient) -> tuple[str, str]:
    """A moment by the patient's clock, and by the clinic's where that shows another time."""
    other = at.astimezone(patient.zone).utcoffset() != at.astimezone(patient.clinic.zone).utcoffset()
    return clock(at, patient.zone), clock(at, patient.clinic.zone) if other else ""
