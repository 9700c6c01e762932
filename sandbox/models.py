"""What the stand-in carrier and mailbox remember: phones, texts, calls, owed callbacks, mails, and its mood."""

from __future__ import annotations

import secrets

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q


def new_key() -> str:
    """A name for a page that says nothing about whose phone or mail it shows."""
    return secrets.token_hex(8)


def text_sid() -> str:
    """A message SID as the carrier forms it."""
    return "SM" + secrets.token_hex(16)


def call_sid() -> str:
    """A call SID as the carrier forms it."""
    return "CA" + secrets.token_hex(16)


class Phone(models.Model):
    """A handset that was written to, or that wrote. Its page is found by key, never by number."""

    key = models.CharField(max_length=16, unique=True, default=new_key)
    number = models.CharField(max_length=40, unique=True)
    last_at = models.DateTimeField(null=True)
    final_status = models.CharField(max_length=12, blank=True)
    error_code = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        # Reader: the phones page, newest first.
        indexes = (models.Index(F("last_at").desc(), name="phone_newest"),)

    def __str__(self) -> str:
        return f"phone {self.key}"


class OptOut(models.Model):
    """A phone that told one sender to stop: the carrier itself then refuses that sender with 21610."""

    phone = models.ForeignKey(Phone, on_delete=models.CASCADE, related_name="opt_outs")
    sender = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("phone", "sender"), name="one_opt_out_per_sender"),)

    def __str__(self) -> str:
        return f"opt-out of phone {self.phone_id}"


class Text(models.Model):
    """A message in either direction, and the step that it takes next."""

    INBOUND, API, REPLY = "inbound", "outbound-api", "outbound-reply"

    sid = models.CharField(max_length=34, unique=True, default=text_sid)
    phone = models.ForeignKey(Phone, on_delete=models.CASCADE, related_name="texts")
    direction = models.CharField(max_length=16)
    sender = models.CharField(max_length=40, help_text="The account's number on the other side.")
    service_sid = models.CharField(max_length=34, blank=True)
    body = models.TextField()
    segments = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=12)
    ending = models.CharField(max_length=12, blank=True)
    ending_code = models.PositiveIntegerField(null=True)
    callback_url = models.TextField(blank=True)
    serial = models.PositiveBigIntegerField(default=0, help_text="The turn of luck that this text has.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    seen = models.BooleanField(default=True)

    class Meta:
        indexes = (
            # Reader: carrier.advance, what is due.
            models.Index(fields=("next_at",), condition=Q(next_at__isnull=False), name="text_due"),
            # Readers: the page of one phone; the log filtered by number.
            models.Index(fields=("phone", "-id"), name="text_of_phone"),
            # Reader: the phones page, unread counts.
            models.Index(fields=("phone",), condition=Q(seen=False), name="text_unread"),
            # Reader: the log filtered by day.
            models.Index(fields=("created_at",), name="text_created"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(next_at__isnull=True) | ~Q(ending=""), name="text_on_the_move_knows_its_ending"
            ),
        )

    def __str__(self) -> str:
        return self.sid

    @property
    def is_inbound(self) -> bool:
        """Whether the person wrote it."""
        return self.direction == self.INBOUND

    @property
    def error_code(self) -> int | None:
        """The carrier's code, once the text has ended badly."""
        return self.ending_code if self.status in {"undelivered", "failed"} else None


class Call(models.Model):
    """A call to a phone, what it said, and what the person may press."""

    sid = models.CharField(max_length=34, unique=True, default=call_sid)
    phone = models.ForeignKey(Phone, on_delete=models.CASCADE, related_name="calls")
    sender = models.CharField(max_length=40)
    status = models.CharField(max_length=12)
    ending = models.CharField(max_length=12, default="completed")
    url = models.TextField(blank=True)
    twiml = models.TextField(blank=True)
    said = models.TextField(blank=True)
    action = models.TextField(blank=True, help_text="Where pressed digits go.")
    asks = models.BooleanField(default=False, help_text="Waits for digits.")
    pressed = models.CharField(max_length=20, blank=True)
    callback_url = models.TextField(blank=True)
    callback_events = models.JSONField(default=list)
    serial = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    seen = models.BooleanField(default=False)

    class Meta:
        indexes = (
            # Reader: carrier.advance, what is due.
            models.Index(fields=("next_at",), condition=Q(next_at__isnull=False), name="call_due"),
        )

    def __str__(self) -> str:
        return self.sid


class Callback(models.Model):
    """A request that the carrier owes the product; gone once it was taken, kept with its fault when given up."""

    STATUS, INBOUND, SCRIPT = "status", "inbound", "script"

    kind = models.CharField(max_length=8)
    text = models.ForeignKey(Text, on_delete=models.CASCADE, null=True, related_name="callbacks")
    call = models.ForeignKey(Call, on_delete=models.CASCADE, null=True, related_name="callbacks")
    url = models.TextField()
    fields = models.JSONField(help_text="Form fields, as they will be posted.")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="Empty once given up.")
    fault = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = (
            # Reader: carrier.claim_callbacks.
            models.Index(fields=("due_at",), condition=Q(due_at__isnull=False), name="callback_due"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(due_at__isnull=False) | ~Q(fault=""), name="callback_given_up_says_why"),
        )

    def __str__(self) -> str:
        return f"{self.kind} callback {self.pk}"


class Mail(models.Model):
    """A mail as it came over the socket, with what the list needs taken out of it."""

    key = models.CharField(max_length=16, unique=True, default=new_key)
    envelope_from = models.CharField(max_length=320, blank=True)
    subject = models.TextField(blank=True)
    sender = models.TextField(blank=True)
    message_id = models.CharField(max_length=320, blank=True)
    attachments = models.PositiveSmallIntegerField(default=0)
    raw = models.BinaryField()
    received_at = models.DateTimeField()
    seen = models.BooleanField(default=False)

    class Meta:
        # Reader: the mailbox page, newest first.
        indexes = (models.Index(fields=("-received_at",), name="mail_newest"),)

    def __str__(self) -> str:
        return f"mail {self.key}"


class Recipient(models.Model):
    """One address that a mail was handed over for."""

    mail = models.ForeignKey(Mail, on_delete=models.CASCADE, related_name="recipients")
    address = models.CharField(max_length=320)

    class Meta:
        # Reader: mails_to() and the search of the mailbox page.
        indexes = (models.Index(fields=("address",), name="recipient_address"),)

    def __str__(self) -> str:
        return f"recipient of mail {self.mail_id}"


def _percent(text: str) -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)], help_text=text)


class Mood(models.Model):
    """How the carrier and the mail host misbehave: one row, read at every request. Percentages of requests."""

    step_ms = models.PositiveIntegerField(
        default=400, validators=[MaxValueValidator(600_000)], help_text="Time between two statuses of a text."
    )
    latency_ms = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(60_000)], help_text="Wait before each answer of the REST surface."
    )
    too_many_percent = _percent("Answered with 429 (20429): not processed, come back later.")
    retry_after_s = models.PositiveSmallIntegerField(default=1, help_text="Retry-After of the 429 answers.")
    error_percent = _percent("Answered with 500 or 503: not processed.")
    drop_percent = _percent("Taken on, then the connection dies without an answer.")
    callback_lost_percent = _percent("Callbacks never sent.")
    callback_doubled_percent = _percent("Callbacks sent twice.")
    callback_reordered_percent = _percent("Callbacks that arrive after the ones that follow them.")
    callback_delay_ms = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(600_000)], help_text="Every callback is late by this much."
    )
    final_status = models.CharField(
        max_length=12, default="delivered", help_text="How every text ends, unless its phone says otherwise."
    )
    error_code = models.PositiveIntegerField(
        null=True, blank=True, help_text="The code of a bad ending, such as 30003."
    )
    keeps_opt_outs = models.BooleanField(
        default=True, help_text="STOP at the carrier: confirms it and refuses the sender with 21610 until START."
    )
    mail_refused = models.TextField(blank=True, help_text="Mail addresses refused with 550, one a line.")
    mail_busy_percent = _percent("Mails answered with 451: try again later.")
    mail_drop_percent = _percent("Mails kept, then the connection dies without an answer.")
    seed = models.PositiveIntegerField(default=1, help_text="The same seed gives the same luck.")
    turns = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(pk=1), name="one_mood"),)

    def __str__(self) -> str:
        return "the carrier's mood"
