"""Clinics, and the people in treatment there."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from patients.domain.hours import narrowed
from patients.domain.profile import LESION_TYPES, METASTASIS_SITES, PRIMARY_CANCERS, PatientStatus
from patients.validators import validate_holiday_region, validate_language, validate_time_zone, zone_info


class Clinic(models.Model):
    """A clinic: its zone, its two telephone lines, and the hours in which routine messages may arrive."""

    name = models.CharField(max_length=100, unique=True)
    short_name = models.CharField(
        max_length=24, help_text="How texts call the clinic; every letter counts towards the 160 of a text."
    )
    timezone = models.CharField(max_length=64, default="America/New_York", validators=[validate_time_zone])
    daytime_line = PhoneNumberField(
        blank=True, help_text="Answered in office hours; reminders tell patients to call it."
    )
    emergency_line = PhoneNumberField(blank=True, help_text="Answered day and night.")
    messages_from = models.TimeField(
        default=time(8), help_text="Routine messages arrive from this time on, by the patient's own clock."
    )
    messages_until = models.TimeField(default=time(21), help_text="…and until this time.")
    default_language = models.CharField(max_length=8, default="en", validators=[validate_language])
    phone_region = models.CharField(
        max_length=2, default="US", help_text="Country in which numbers without a +prefix are read (two letters)."
    )
    texts_a_day = models.PositiveSmallIntegerField(
        default=1, help_text="Routine texts to one phone a day at most; answers and red flags do not count."
    )
    texts_a_week = models.PositiveSmallIntegerField(default=3, help_text="…and in any seven days.")
    asks_birth_date = models.BooleanField(
        default=True, help_text="A patient's own page asks for the date of birth before it shows anything."
    )
    allows_detail = models.BooleanField(
        default=False,
        help_text="Messages may name drug and illness to patients who have agreed to that, where such wordings exist.",
    )
    holiday_region = models.CharField(
        max_length=12,
        blank=True,
        default="",
        db_default="",
        validators=[validate_holiday_region],
        help_text="Whose public holidays the clinic keeps, as US-NY or ES-MD; empty: those of its country.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's zone."""
        return zone_info(self.timezone)


class Patient(models.Model):
    """A person in treatment; never identified outside the clinic but by the MRN behind a login."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    mrn = models.CharField("MRN", max_length=40, help_text="Medical record number, unique in the clinic.")
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80)
    date_of_birth = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=8, default="en", validators=[validate_language])
    timezone = models.CharField(max_length=64, validators=[validate_time_zone])
    primary_cancer = models.CharField(max_length=16, choices=PRIMARY_CANCERS, default="unknown")
    metastasis_sites = models.JSONField(
        default=list, blank=True, help_text="Any of: " + ", ".join(METASTASIS_SITES) + "."
    )
    lesion_type = models.CharField(max_length=16, choices=LESION_TYPES, default="unknown")
    status = models.CharField(
        max_length=16,
        choices=[(status.value, status.name.replace("_", " ").capitalize()) for status in PatientStatus],
        default=PatientStatus.ACTIVE,
    )
    status_reason = models.CharField(max_length=200, blank=True, help_text="Why the patient is not active.")
    messages_from = models.TimeField(
        null=True, blank=True, help_text="Routine messages not before this time; empty: as the clinic does."
    )
    messages_until = models.TimeField(null=True, blank=True, help_text="…and not after it.")
    dental_checked_on = models.DateField(
        _("last dental check"),
        null=True,
        blank=True,
        help_text=_("When a dentist looked last; visits of a dental treatment that are recorded here count too."),
    )
    detail_agreed_at = models.DateTimeField(
        null=True, blank=True, help_text="When the patient agreed that messages may name drug and illness."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("family_name", "given_name", "id")
        constraints = (
            models.UniqueConstraint(fields=("clinic", "mrn"), name="patient_mrn_unique_in_clinic"),
            models.CheckConstraint(condition=~Q(mrn=""), name="patient_has_mrn"),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in PatientStatus]), name="patient_status_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.family_name}, {self.given_name} ({self.mrn})"

    @property
    def zone(self) -> ZoneInfo:
        """The patient's own zone: visits, quiet hours and "the day before at 09:00" are by its clock."""
        return zone_info(self.timezone)

    @property
    def hours(self) -> tuple[time, time]:
        """From when until when routine messages may arrive, by the patient's clock: the clinic's hours, narrowed."""
        return narrowed(
            (self.clinic.messages_from, self.clinic.messages_until), self.messages_from, self.messages_until
        )

    @property
    def is_active(self) -> bool:
        """Whether routine messages may be sent at all."""
        return self.status == PatientStatus.ACTIVE

    def clean(self) -> None:
        """Refuse unknown sites of metastases, naming them."""
        sites = self.metastasis_sites
        unknown = sites if not isinstance(sites, list) else [site for site in sites if site not in METASTASIS_SITES]
        if unknown:
            raise ValidationError(
                {"metastasis_sites": f"Unknown site {unknown!r}; known: {', '.join(METASTASIS_SITES)}."}
            )
