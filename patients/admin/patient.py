"""Patients in the admin: who they are, how they are reached, and what the other rooms say about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from patients.admin.clock import city, local_now
from patients.admin.fields import LANGUAGE_NAMES
from patients.admin.filters import LanguageFilter, OpenTaskFilter, ReachableFilter
from patients.admin.forms import ContactForm, PatientForm
from patients.admin.show import chip, two_lines
from patients.models import Clinic, ContactPoint, Patient
from patients.panels import contact_faults, contact_notes, panels
from staff.admin.base import PageAdmin
from staff.admin.filters import OwnDropdownFilter
from staff.admin.paging import QuickPages
from staff.looks import note
from staff.scope import within

STATUS_COLOURS = {"active": "ok", "on_hold": "warning", "discharged": "info", "deceased": "gone"}
#: A search term that is a telephone number, however it is punctuated.
_NUMBER = re.compile(r"\+?[\d\s().\-]{5,}")


class ContactInline(TabularInline):
    """Phones and mailboxes, each with what its owner has agreed to."""

    model = ContactPoint
    form = ContactForm
    extra = 0
    fields = ("kind", "address", "owner", "owner_name", "position", "unusable_reason", "shown_note")
    readonly_fields = ("shown_note",)
    verbose_name = lazy("contact")
    verbose_name_plural = lazy("Contacts: phones and mailboxes")
    notes: Mapping[int, str] = {}

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> Any:
        """Read what is known about all contacts at once; this object lives for one request."""
        if isinstance(obj, Patient):
            self.notes = contact_notes(list(obj.contacts.all()), now=timezone.now())
        return super().get_formset(request, obj, **kwargs)

    @display(description=lazy("Consent to reminders, and whether it works"))
    def shown_note(self, contact: ContactPoint) -> str:
        """What was recorded for this address and where to record it, and what providers have said of it."""
        return self.notes.get(contact.pk, "Save first, then record consent.")


@admin.register(Patient)
class PatientAdmin(QuickPages, PageAdmin):
    """The list of patients, and the page of one."""

    clinic_path = "clinic"
    form = PatientForm
    inlines = (ContactInline,)
    list_display = (
        "shown_name",
        "shown_status",
        "shown_language",
        "shown_clock",
        "shown_contacts",
        "shown_tasks",
        "clinic",
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        OpenTaskFilter,
        ReachableFilter,
        LanguageFilter,
        ("clinic", OwnDropdownFilter),
    )
    list_select_related = ("clinic",)
    # Said again, because a count of tasks would make the table forget its own order.
    ordering = ("family_name", "given_name", "id")
    search_fields = ("family_name", "given_name", "mrn", "contacts__address")
    search_help_text = lazy("Name, MRN, phone or e-mail")
    autocomplete_fields = ("clinic",)
    change_form_outer_before_template = "admin/patients/patient_strip.html"
    change_form_outer_after_template = "admin/patients/patient_panels.html"
    warn_unsaved_form = True
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("given_name", "family_name", "date_of_birth"),
                    ("mrn", "clinic"),
                    ("language", "timezone"),
                    ("status", "status_reason"),
                )
            },
        ),
        (lazy("Disease"), {"fields": (("primary_cancer", "lesion_type"), "metastasis_sites")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Patient]:
        """With the number of open tasks, and the contacts in one further query."""
        queryset: QuerySet[Patient] = super().get_queryset(request)
        open_tasks = Count("tasks", filter=Q(tasks__done_at__isnull=True), distinct=True)
        return queryset.annotate(open_task_count=open_tasks).prefetch_related("contacts")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The list, with what is known of the contacts of the patients on this page, by one query."""
        changelist = super().get_changelist_instance(request)
        shown = list(changelist.result_list)
        known = contact_faults([contact for patient in shown for contact in patient.contacts.all()], now=timezone.now())
        for patient in shown:
            patient.contact_faults = known
        return changelist

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Patient], search_term: str
    ) -> tuple[QuerySet[Patient], bool]:
        """A telephone number is found however it is punctuated."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        digits = re.sub(r"\D", "", search_term)
        if _NUMBER.fullmatch(search_term.strip()) and len(digits) >= 5:
            by_phone = ContactPoint.objects.filter(address__contains=digits).values("patient")
            found = queryset.filter(Q(pk__in=found.values("pk")) | Q(pk__in=by_phone))
        return found, duplicates

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new patient starts with the clinic's zone and language."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        clinic = within(Clinic.objects.all(), request.user, "pk").first()
        if clinic is not None:
            initial = {"clinic": clinic.pk, "timezone": clinic.timezone, "language": clinic.default_language} | initial
        return initial

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of one patient, with the panels of the other rooms."""
        context = dict(extra_context or {})
        patient = self.get_object(request, object_id)
        if patient is not None and self.has_view_permission(request, patient):
            note(request, patient, page="patient")
            context |= {
                "patient": patient,
                # As text: the template would turn a moment back into the clinic's own time.
                "patient_now": f"{local_now(patient.zone):%H:%M}",
                "patient_city": city(patient.zone),
                "status_colour": STATUS_COLOURS.get(patient.status, "info"),
                "panels": panels(patient, now=timezone.now()),
            }
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        return response

    @display(description=lazy("Patient"), ordering="family_name", header=True)
    def shown_name(self, patient: Patient) -> list[str]:
        """The name over the MRN."""
        return [f"{patient.family_name}, {patient.given_name}", patient.mrn]

    @display(description=lazy("Status"), ordering="status")
    def shown_status(self, patient: Patient) -> str:
        """The status in its colour."""
        return chip(STATUS_COLOURS[patient.status], patient.get_status_display())

    @display(description=lazy("Language"), ordering="language")
    def shown_language(self, patient: Patient) -> str:
        """The language of the messages."""
        return LANGUAGE_NAMES.get(patient.language, patient.language)

    @display(description=lazy("Their clock"), ordering="timezone")
    def shown_clock(self, patient: Patient) -> str:
        """What the patient's clock shows now: is it a good time to call?"""
        return f"{local_now(patient.zone):%H:%M} {city(patient.zone)}"

    @display(description=lazy("Reachable by"))
    def shown_contacts(self, patient: Patient) -> str:
        """The kinds of contact that are in use."""
        faults: Mapping[int, str] = getattr(patient, "contact_faults", {})
        usable = [contact for contact in patient.contacts.all() if contact.is_usable]
        kinds = [contact.get_kind_display().lower() for contact in usable if contact.pk not in faults]
        words = [f"{kinds.count(kind)} {kind}s" if kinds.count(kind) > 1 else kind for kind in dict.fromkeys(kinds)]
        dead = [
            _("%(lower)s does not work") % {"lower": each.get_kind_display().lower()}
            for each in usable
            if each.pk in faults
        ]
        working = ", ".join(words) or chip("bad", _("Nothing"))
        return two_lines(working, ", ".join(dict.fromkeys(dead))) if dead else working

    @display(description=lazy("Open tasks"), ordering="open_task_count")
    def shown_tasks(self, patient: Patient) -> str:
        """How many tasks wait for somebody."""
        count = int(patient.open_task_count)  # type: ignore[attr-defined]
        return chip("warning", count) if count else "–"
