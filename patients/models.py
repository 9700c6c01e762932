"""Clinics, patients, contact points, dated facts of their care, and the tasks that a coordinator owes a patient."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from phonenumber_field.modelfields import PhoneNumberField

from patients.domain import address
from patients.domain.care import DRUG_CLASSES, CareKind
from patients.domain.hours import narrowed
from patients.domain.links import LinkScope
from patients.domain.profile import (
    LESION_TYPES,
    METASTASIS_SITES,
    PRIMARY_CANCERS,
    ContactKind,
    Owner,
    PatientStatus,
)
from patients.validators import validate_language, validate_time_zone, zone_info


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


class ContactPoint(models.Model):
    """A phone or a mailbox, and whose it is. Whether it may be written to is consent, kept by address."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.name.capitalize()) for kind in ContactKind])
    address = models.CharField(max_length=254, help_text="A phone as +12025550123, or an e-mail address.")
    owner = models.CharField(
        max_length=12, choices=[(owner.value, owner.name.capitalize()) for owner in Owner], default=Owner.PATIENT
    )
    owner_name = models.CharField(max_length=120, blank=True, help_text="The caregiver's name.")
    position = models.PositiveSmallIntegerField(default=1, help_text="1 is tried first.")
    verified_at = models.DateTimeField(null=True, blank=True, help_text="When a message was proven to arrive here.")
    unusable_since = models.DateTimeField(null=True, blank=True)
    unusable_reason = models.CharField(max_length=120, blank=True, help_text="Why nothing is sent here any more.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(fields=("patient", "kind", "address"), name="contact_once_per_patient"),
            models.CheckConstraint(
                condition=Q(unusable_since__isnull=True) | ~Q(unusable_reason=""), name="contact_unusable_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(owner=Owner.PATIENT) | ~Q(owner_name=""), name="contact_caregiver_is_named"
            ),
        )
        # Read by the inbound handlers: whose phone did this text come from?
        indexes = (models.Index(fields=("address",), name="contact_by_address"),)

    def __str__(self) -> str:
        return f"{self.get_owner_display()} {self.get_kind_display().lower()} {self.position}"

    @property
    def is_usable(self) -> bool:
        """Whether the address is believed to reach somebody."""
        return self.unusable_since is None

    def clean(self) -> None:
        """Normalise the address (E.164, or lower-case domain), or refuse it naming the value."""
        try:
            if self.kind == ContactKind.PHONE:
                region = self.patient.clinic.phone_region if self.patient_id else None
                self.address = address.phone(self.address, region=region)
            else:
                self.address = address.email(self.address)
        except address.AddressError as error:
            raise ValidationError({"address": str(error)}) from error
        if self.owner == Owner.CAREGIVER and not self.owner_name.strip():
            raise ValidationError({"owner_name": "A caregiver's contact needs the caregiver's name."})


class PatientLink(models.Model):
    """A key to a patient's own page: random, of one scope, for a while. It says nothing in itself."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="links")
    contact = models.ForeignKey(ContactPoint, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    token = models.CharField(max_length=40, unique=True, editable=False)
    scope = models.CharField(max_length=10, choices=[(scope.value, scope.value) for scope in LinkScope])
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_why = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True, help_text="When it was opened last.")
    wrong_births = models.PositiveSmallIntegerField(
        default=0, help_text="Wrong dates of birth since the last right one."
    )
    shut_until = models.DateTimeField(
        null=True, blank=True, help_text="Too many wrong dates of birth: shut until then."
    )

    class Meta:
        ordering = ("-made_at", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(scope__in=[s.value for s in LinkScope]), name="link_scope_known"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="link_expires_later"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | ~Q(revoked_why=""), name="link_revoked_has_reason"
            ),
        )
        indexes = (
            # Read by patients.links: the newest that still opens, of a patient and contact.
            models.Index(
                fields=("patient", "contact", "-made_at"), condition=Q(revoked_at__isnull=True), name="link_that_opens"
            ),
        )

    def __str__(self) -> str:
        return f"link of {self.made_at:%Y-%m-%d}"


class CareEvent(models.Model):
    """A dated fact of a patient's care. The room that knows it writes it; other rooms may build on it."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="care_events")
    kind = models.CharField(max_length=20, choices=[(k.value, k.name.replace("_", " ").capitalize()) for k in CareKind])
    drug_class = models.CharField(max_length=16, choices=[(c.value, label) for c, label in DRUG_CLASSES.items()])
    on = models.DateField(help_text="The day, by the patient's own calendar.")
    key = models.CharField(max_length=80, unique=True, help_text="What makes it the same fact.")
    source = models.CharField(max_length=20, help_text="The room that wrote it.")
    stands = models.BooleanField(default=True, help_text="Off: it was recorded by mistake and taken back.")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("-on", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in CareKind]), name="care_event_kind_known"),
            models.CheckConstraint(
                condition=Q(drug_class__in=[c.value for c in DRUG_CLASSES]), name="care_event_class_known"
            ),
            models.CheckConstraint(condition=~Q(key="") & ~Q(source=""), name="care_event_has_key"),
        )
        indexes = (
            # Read by alerts.context: the last one of each class, for one patient.
            models.Index(fields=("patient", "drug_class", "-on"), condition=Q(stands=True), name="care_event_latest"),
            # Read by alerts.warnings: whose care has changed lately.
            models.Index(fields=("changed_at",), name="care_event_changed"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_drug_class_display()}) on {self.on}"


class TaskKind(models.TextChoices):
    """What a coordinator is asked to do."""

    OVERDUE_VISIT = "overdue_visit", "Overdue visit: rebook"
    MOVE_REQUEST = "move_request", "Patient asks to move a visit"
    VISIT_CONFLICT = "visit_conflict", "Visit moved by the treatment's rules"
    NO_CONTACT = "no_contact", "No working contact"
    UNREACHED = "unreached", "A message did not reach the patient"
    OPT_OUT = "opt_out", "Patient opted out of messages"
    UNREAD_REPLY = "unread_reply", "A reply that nobody could file"
    NO_ROOM = "no_room", "A message did not fit into what may be sent"
    PAGE_REQUEST = "page_request", "Asked for something on the patient's own page"


class CoordinatorTask(models.Model):
    """Something that a person in the clinic has to do for a patient; opened once per key."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=24, choices=TaskKind.choices)
    key = models.CharField(max_length=120, unique=True, help_text="What makes it the same task.")
    title = models.CharField(max_length=200)
    detail = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=200, blank=True, help_text="What was done.")

    class Meta:
        ordering = (F("done_at").asc(nulls_first=True), "opened_at")
        # Read by the list of open tasks.
        indexes = (
            models.Index(fields=("opened_at",), condition=Q(done_at__isnull=True), name="task_open_oldest_first"),
        )

    def __str__(self) -> str:
        return self.title
