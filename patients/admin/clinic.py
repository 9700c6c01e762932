"""Clinics in the admin: zone, lines, hours."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from unfold.decorators import display

from patients.admin.clock import local_now
from patients.admin.fields import LanguageField, ZoneField
from patients.models import Clinic
from staff.admin.base import PageAdmin


class ClinicForm(forms.ModelForm[Clinic]):
    """A clinic; its zone and language come from lists."""

    timezone = ZoneField(label=lazy("Time zone"), initial="America/New_York")
    default_language = LanguageField(initial="en")

    class Meta:
        model = Clinic
        fields = (
            "name",
            "short_name",
            "timezone",
            "default_language",
            "daytime_line",
            "emergency_line",
            "phone_region",
            "messages_from",
            "messages_until",
            "texts_a_day",
            "texts_a_week",
            "asks_birth_date",
            "allows_detail",
        )

    def clean_phone_region(self) -> str:
        """Two letters, in capitals."""
        region = str(self.cleaned_data["phone_region"]).strip().upper()
        if len(region) != 2 or not region.isalpha():
            raise forms.ValidationError(
                _("“%(region)s” is not a country of two letters, such as US.") % {"region": region}
            )
        return region


@admin.register(Clinic)
class ClinicAdmin(PageAdmin):
    """The clinic's own settings."""

    clinic_path = "pk"
    form = ClinicForm
    list_display = ("name", "shown_zone", "daytime_line", "emergency_line", "shown_hours", "shown_patients")
    search_fields = ("name", "short_name")
    ordering = ("name",)
    warn_unsaved_form = True
    fieldsets = (
        (None, {"fields": (("name", "short_name"), ("timezone", "default_language"))}),
        (lazy("Telephone"), {"fields": (("daytime_line", "emergency_line", "phone_region"),)}),
        (
            lazy("How often, and in which hours, routine messages may arrive"),
            {"fields": (("messages_from", "messages_until"), ("texts_a_day", "texts_a_week"))},
        ),
        (lazy("What patients are shown"), {"fields": ("asks_birth_date", "allows_detail")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Clinic]:
        """With the number of patients."""
        queryset: QuerySet[Clinic] = super().get_queryset(request)
        return queryset.annotate(patient_count=Count("patients"))

    @display(description=lazy("Time zone"), ordering="timezone")
    def shown_zone(self, clinic: Clinic) -> str:
        """The zone and what its clocks show now."""
        return _("%(timezone)s (now %(local_now)s)") % {
            "timezone": clinic.timezone,
            "local_now": f"{local_now(clinic.zone):%H:%M}",
        }

    @display(description=lazy("Messages arrive"))
    def shown_hours(self, clinic: Clinic) -> str:
        """From when until when."""
        return f"{clinic.messages_from:%H:%M}–{clinic.messages_until:%H:%M}"

    @display(description=lazy("Patients"), ordering="patient_count")
    def shown_patients(self, clinic: Clinic) -> int:
        """How many patients the clinic has."""
        return int(clinic.patient_count)  # type: ignore[attr-defined]
