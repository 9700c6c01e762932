"""Who can be paged: a named person of a clinic with a phone and a mailbox."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from patients.domain import address
from patients.models import Clinic


def new_token() -> str:
    """A name that cannot be guessed, for addresses that need no login."""
    return secrets.token_urlsafe(18)


class Responder(models.Model):
    """A nurse, physician or manager who takes red flags; never deleted once paged, only switched off."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="responder"
    )
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="responders")
    name = models.CharField(max_length=120, help_text="As colleagues and patients know her: Nurse R. Ortiz.")
    phone = models.CharField(max_length=20, blank=True, help_text="As +12025550123; texts and calls go there.")
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=10, default="en")
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    email_verified_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    calendar_token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "id")
        constraints = (
            # A reply is known by its number: two people cannot answer from one.
            models.UniqueConstraint(fields=("phone",), condition=~Q(phone=""), name="responder_phone_once"),
            models.CheckConstraint(condition=~Q(name=""), name="responder_is_named"),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Normalise the phone to E.164 and the mailbox, or refuse them naming the value."""
        problems: dict[str, str] = {}
        for field, read in (("phone", self._read_phone), ("email", address.email)):
            value = getattr(self, field)
            try:
                setattr(self, field, read(value) if value else "")
            except address.AddressError as error:
                problems[field] = str(error)
        if not self.phone and not self.email:
            problems.setdefault("phone", "A responder needs a phone or a mailbox; without one nobody can page her.")
        if problems:
            raise ValidationError(problems)

    def _read_phone(self, value: str) -> str:
        return address.phone(value, region=self.clinic.phone_region if self.clinic_id else None)
