"""Conversations: the thread of a patient (or of a number that nobody knows), and the texts in it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from inbox.domain.words import Disposition
from messaging.models import InboundMessage
from patients.models import Clinic, Patient


class Thread(models.Model):
    """One conversation. Open while somebody waits for a person; a new text opens it again."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="threads")
    address = models.CharField(max_length=254, help_text="Where the last text came from, and an answer goes.")
    waiting_since = models.DateTimeField(null=True, blank=True, help_text="Of the oldest text that waits for a person.")
    due_at = models.DateTimeField(null=True, blank=True, help_text="By when a person must have looked.")
    last_at = models.DateTimeField(help_text="Of the last text, theirs or ours.")
    unread = models.PositiveSmallIntegerField(default=0)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("waiting_since", "-last_at")
        constraints = (
            models.UniqueConstraint(
                fields=("patient",), condition=Q(patient__isnull=False), name="thread_once_per_patient"
            ),
            models.UniqueConstraint(
                fields=("clinic", "address"), condition=Q(patient__isnull=True), name="thread_once_per_stranger"
            ),
            models.CheckConstraint(
                condition=Q(waiting_since__isnull=True, due_at__isnull=True)
                | Q(waiting_since__isnull=False, due_at__isnull=False),
                name="thread_waits_with_a_clock",
            ),
        )
        indexes = (
            # Read by inbox.sweeps and by the badge: who has waited past the time.
            models.Index(fields=("due_at",), condition=Q(waiting_since__isnull=False), name="thread_waiting"),
            # Read by the inbox: who waits, longest first.
            models.Index(
                fields=("waiting_since", "id"), condition=Q(waiting_since__isnull=False), name="thread_longest_waiting"
            ),
            # Read by the inbox: all of them, the latest first.
            models.Index(fields=("-last_at", "-id"), name="thread_latest"),
        )

    def __str__(self) -> str:
        return f"conversation {self.pk}"


class ThreadText(models.Model):
    """A text in a thread. One from a shared phone stands in the thread of each of its patients."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="texts")
    inbound = models.ForeignKey(InboundMessage, on_delete=models.PROTECT, related_name="in_threads")
    shared = models.BooleanField(default=False, help_text="Its phone is more than one patient's.")
    needs_person = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    disposition = models.CharField(
        max_length=16, choices=[(one.value, one.label) for one in Disposition], blank=True, help_text="How it ended."
    )
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("inbound_id",)
        # Read by inbox.sweeps and inbox.ledger: what has no end yet.
        indexes = (models.Index(fields=("inbound",), condition=Q(closed_at__isnull=True), name="thread_text_open"),)
        constraints = (
            models.UniqueConstraint(fields=("thread", "inbound"), name="thread_text_once"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, disposition="") | Q(closed_at__isnull=False) & ~Q(disposition=""),
                name="thread_text_closed_has_disposition",
            ),
        )

    def __str__(self) -> str:
        return self.disposition or "open"


class StaffAnswer(models.Model):
    """What a member of staff wrote back: the message in the outbox, and who wrote it."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="answers")
    message = models.OneToOneField("messaging.Message", on_delete=models.PROTECT, related_name="+")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ("written_at", "id")

    def __str__(self) -> str:
        return f"answer of {self.written_at:%Y-%m-%d %H:%M}"
