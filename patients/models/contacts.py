"""Phones and mailboxes of patients and their caregivers, and the keys to the patients' own pages sent there."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from patients.domain import address
from patients.domain.links import LinkScope
from patients.domain.profile import ContactKind, Owner
from patients.models.people import Patient


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
    address = models.CharField(
        max_length=254, blank=True, default="", db_default="", help_text="Where it was sent: that must still be so."
    )
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
