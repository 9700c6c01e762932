"""What people say: their texts, and the ledger of their yes and no."""

from __future__ import annotations

from typing import Any, NoReturn, cast

from django.db import models
from django.db.models import Q

from messaging.domain.delivery import EVERYTHING, Purpose
from messaging.models.vocabulary import choices


class InboundMessage(models.Model):
    """One text that a person sent to the clinic, and what became of it."""

    class Source(models.TextChoices):
        TEXT = "text", "by text"
        PAGE = "page", "on their own page"
        MAIL = "mail", "by mail"

    provider_id = models.CharField(max_length=64, unique=True, help_text="The carrier's name for it (MessageSid).")
    from_address = models.CharField("from", max_length=254)
    to_address = models.CharField("to", max_length=254)
    body = models.TextField(blank=True)
    media_count = models.PositiveSmallIntegerField(default=0)
    opt_out_type = models.CharField(
        max_length=10, blank=True, help_text="STOP, START or HELP when the carrier has read and answered it as such."
    )
    # A default of the database's own, so that workers of the release before can still write while it is rolled out.
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.TEXT, db_default="text")
    on_behalf_of = models.CharField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text="Whose words they are where more is known than the address: a patient's id. Opaque to messaging.",
    )
    received_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)
    disposition = models.CharField(max_length=50, blank=True)

    class Meta:
        indexes = [
            # Read by inbound.sweep: texts that a lost wake-up left unread.
            models.Index(fields=["received_at"], name="inbound_unhandled", condition=Q(handled_at__isnull=True)),
            # Read by the admin and by whoever asks for the thread of one phone.
            models.Index(fields=["from_address", "-received_at"], name="inbound_thread"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(handled_at__isnull=True, disposition="") | Q(handled_at__isnull=False) & ~Q(disposition=""),
                name="inbound_handled_has_disposition",
            ),
        ]
        verbose_name = "inbound text"

    def __str__(self) -> str:
        return f"text of {self.received_at:%Y-%m-%d %H:%M} ({self.disposition or 'unread'})"


class LedgerIsAppendOnly(TypeError):
    """Consent is a ledger: a change of mind is a new entry, never an edit."""


class _LedgerQuerySet(models.QuerySet["ConsentEvent"]):
    def update(self, **kwargs: Any) -> NoReturn:
        raise LedgerIsAppendOnly(LedgerIsAppendOnly.__doc__)

    def delete(self) -> NoReturn:
        raise LedgerIsAppendOnly(LedgerIsAppendOnly.__doc__)


class ConsentEvent(models.Model):
    """One yes or no of one address to one purpose. The latest entry is the present state."""

    class Source(models.TextChoices):
        FORM = "form", "signed form"
        STAFF = "staff", "told to staff"
        IMPORT = "import", "imported"
        TEXT = "text", "by text"
        CARRIER = "carrier", "reported by the carrier"
        PAGE = "page", "on their own page"
        MAIL = "mail", "by mail"
        DEMO = "demo", "demo clinic"

    address = models.CharField(max_length=254, help_text="A phone in E.164, or a mailbox in lower case.")
    purpose = models.CharField(max_length=10, choices=[*choices(Purpose), (EVERYTHING, "everything")])
    granted = models.BooleanField()
    source = models.CharField(max_length=10, choices=Source.choices)
    wording = models.TextField(blank=True, help_text="The words that were agreed to, or that said no.")
    wording_version = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="Which version of the form or text it was."
    )
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    unencrypted_ok = models.BooleanField(
        null=True,
        blank=True,
        help_text="Told that texts are not encrypted, and wants them all the same. Empty: was not told.",
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150, blank=True)

    objects = _LedgerQuerySet.as_manager()

    class Meta:
        indexes = [
            # Read by bulk.begin and consent.allowed: the latest entry of an address about a purpose, or about all.
            models.Index(fields=["address", "-recorded_at", "-id"], name="consent_of_address"),
        ]
        verbose_name = "consent entry"
        verbose_name_plural = "consent ledger"

    def __str__(self) -> str:
        return f"{'yes' if self.granted else 'no'} to {self.purpose}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append this entry; an entry that is in the ledger already is refused."""
        if not self._state.adding:
            raise LedgerIsAppendOnly(cast("str", LedgerIsAppendOnly.__doc__))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: see LedgerIsAppendOnly."""
        raise LedgerIsAppendOnly(cast("str", LedgerIsAppendOnly.__doc__))
