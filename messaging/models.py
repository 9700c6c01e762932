"""What messaging remembers: messages with their tries and receipts, inbound texts, and consent."""

from __future__ import annotations

import uuid
from typing import Any, NoReturn, cast

from django.db import models
from django.db.models import Q

from messaging.domain.delivery import (
    ACKNOWLEDGED,
    ASKED,
    EXPLAINED,
    FINAL,
    LEASED,
    Channel,
    Purpose,
    Status,
    Urgency,
)


def _choices(enum: type[Channel] | type[Purpose] | type[Status] | type[Urgency]) -> list[tuple[str, str]]:
    return [(member.value, member.value.replace("_", " ")) for member in enum]


def _if_then(condition: Q, consequence: Q) -> Q:
    return ~condition | consequence


def _in(statuses: frozenset[Status]) -> Q:
    # Sorted, so that the migration reads the same whatever the hash seed of the day.
    return Q(status__in=sorted(status.value for status in statuses))


class Message(models.Model):
    """One text or mail to one address, written before it is due and kept after it has left."""

    # Names the message in callback URLs and in the Message-ID of a mail; says nothing in itself.
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=200, unique=True, help_text="What makes it the same message; stored once.")
    channel = models.CharField(max_length=10, choices=_choices(Channel))
    purpose = models.CharField(max_length=10, choices=_choices(Purpose))
    urgency = models.CharField(max_length=10, choices=_choices(Urgency), default=Urgency.ORDINARY)
    language = models.CharField(max_length=10, default="en")
    template = models.CharField(max_length=100, blank=True)
    address = models.CharField(max_length=254)
    sender = models.CharField(max_length=254, blank=True, help_text="Empty: the sender that fits the urgency.")
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    html = models.TextField(blank=True)
    calendar = models.TextField(blank=True, help_text="iCalendar text attached to a mail.")
    # Of a call: the path below our public address where the carrier fetches what it says, and posts pressed keys.
    answer_path = models.CharField(max_length=200, blank=True, default="", db_default="")
    segments = models.PositiveSmallIntegerField(default=0, help_text="What an SMS is billed as; 0 for a mail.")
    status = models.CharField(max_length=12, choices=_choices(Status), default=Status.PLANNED)
    reason = models.CharField(max_length=200, blank=True)
    # Set while the provider is being asked or its answer is looked for: the row is not tried again.
    # A default of the database's own, so that workers of the release before can still write while it is rolled out.
    withdrawn = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="Why it was taken back while on its way."
    )
    due_at = models.DateTimeField(help_text="When it is tried next.")
    # `due_at` moves on with each try. Empty in rows of the release before this column.
    wanted_at = models.DateTimeField(null=True, blank=True, help_text="When it was first due.")
    expires_at = models.DateTimeField(help_text="Not sent after this moment.")
    attempts = models.PositiveSmallIntegerField(default=0)
    # Until when a worker holds the row; for a row in doubt, when to look it up again.
    lease_until = models.DateTimeField(null=True, blank=True)
    claimed_by = models.CharField(max_length=100, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    error_code = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # Read by outbox.claim and outbox.waiting: what is due, by urgency, oldest first.
            models.Index(fields=["urgency", "due_at", "id"], name="message_due", condition=Q(status="planned")),
            # Read by reconcile.recover_leases: what dead workers left behind.
            models.Index(
                fields=["lease_until"], name="message_lease", condition=Q(status__in=["claimed", "submitting"])
            ),
            # Read by reconcile.resolve_doubts: whose next look is due.
            models.Index(fields=["lease_until"], name="message_in_doubt", condition=Q(status="in_doubt")),
            # Read by watch.unsent_urgent: urgent messages that have not left.
            models.Index(
                fields=["wanted_at"],
                name="message_unsent_urgent",
                condition=Q(urgency="urgent", status__in=["planned", "claimed", "submitting", "in_doubt"]),
            ),
            # Read by reminders.unreached: what ended badly of late.
            models.Index(
                fields=["finished_at"],
                name="message_ended_badly",
                condition=Q(status__in=["expired", "failed", "undelivered"]),
            ),
            # Read by consent_replies (language of the last message to a number) and the admin's search.
            models.Index(fields=["address", "-id"], name="message_address"),
        ]
        constraints = [
            models.CheckConstraint(condition=_in(frozenset(Status)), name="message_status_known"),
            models.CheckConstraint(
                condition=_if_then(_in(ACKNOWLEDGED), ~Q(provider_id="") & Q(accepted_at__isnull=False)),
                name="message_acknowledged_has_provider_id",
            ),
            models.CheckConstraint(condition=_if_then(_in(EXPLAINED), ~Q(reason="")), name="message_end_has_reason"),
            models.CheckConstraint(
                condition=_if_then(_in(LEASED), Q(lease_until__isnull=False) & ~Q(claimed_by=""))
                & _if_then(Q(lease_until__isnull=False), _in(LEASED)),
                name="message_lease_while_held",
            ),
            models.CheckConstraint(
                condition=_if_then(_in(ASKED), Q(submitted_at__isnull=False, attempts__gte=1)),
                name="message_asked_has_attempt",
            ),
            models.CheckConstraint(
                condition=_if_then(_in(FINAL), Q(finished_at__isnull=False))
                & _if_then(Q(finished_at__isnull=False), _in(FINAL)),
                name="message_final_has_finish",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("due_at")), name="message_due_before_expiry"),
            models.CheckConstraint(condition=~Q(body="") & ~Q(address=""), name="message_says_something"),
            models.CheckConstraint(
                condition=_if_then(Q(channel="voice"), ~Q(answer_path="")), name="message_call_has_answer"
            ),
            # One text at the provider belongs to one message: the last guard of the reconciler.
            models.UniqueConstraint(
                fields=["provider_id"], name="message_provider_id_once", condition=~Q(provider_id="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.template or self.purpose} ({self.status})"


class Attempt(models.Model):
    """One question put to a provider: written before it is asked, completed by the answer."""

    class Outcome(models.TextChoices):
        ASKING = "asking"
        ACCEPTED = "accepted"
        TRANSIENT = "transient"
        PERMANENT = "permanent"
        UNKNOWN = "unknown"
        ABSENT = "absent", "proven absent"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    worker = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.ASKING)
    error_code = models.CharField(max_length=20, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["message_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="attempt_once_per_number"),
            models.CheckConstraint(
                condition=_if_then(~Q(outcome="asking"), Q(finished_at__isnull=False)), name="attempt_answer_has_time"
            ),
        ]

    def __str__(self) -> str:
        return f"try {self.number}: {self.outcome}"


class Receipt(models.Model):
    """One word of a provider about one message, as it came; kept even when it changes nothing."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="receipts")
    provider_id = models.CharField(max_length=200)
    word = models.CharField(max_length=50, help_text="The provider's own word.")
    status = models.CharField(max_length=12, blank=True, help_text="Our word for it; empty when we have none.")
    error_code = models.CharField(max_length=20, blank=True)
    applied = models.BooleanField(default=False, help_text="Whether it moved the message.")
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["message_id", "id"]
        constraints = [
            # A repeated receipt is stored once, however often the provider sends it.
            models.UniqueConstraint(fields=["message", "provider_id", "word"], name="receipt_once_per_word"),
        ]

    def __str__(self) -> str:
        return self.word


class InboundMessage(models.Model):
    """One text that a person sent to the clinic, and what became of it."""

    provider_id = models.CharField(max_length=64, unique=True, help_text="The carrier's name for it (MessageSid).")
    from_address = models.CharField("from", max_length=254)
    to_address = models.CharField("to", max_length=254)
    body = models.TextField(blank=True)
    media_count = models.PositiveSmallIntegerField(default=0)
    opt_out_type = models.CharField(
        max_length=10, blank=True, help_text="STOP, START or HELP when the carrier has read and answered it as such."
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
        DEMO = "demo", "demo clinic"

    address = models.CharField(max_length=254, help_text="A phone in E.164, or a mailbox in lower case.")
    purpose = models.CharField(max_length=10, choices=_choices(Purpose))
    granted = models.BooleanField()
    source = models.CharField(max_length=10, choices=Source.choices)
    wording = models.TextField(blank=True, help_text="The words that were agreed to, or that said no.")
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150, blank=True)

    objects = _LedgerQuerySet.as_manager()

    class Meta:
        indexes = [
            # Read by consent.allowed: the latest entry of an address and purpose.
            models.Index(fields=["address", "purpose", "-recorded_at", "-id"], name="consent_latest"),
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
