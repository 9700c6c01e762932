"""The nurse's inbox: texts that page nobody, each with a clock."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as lazy

from messaging.models import InboundMessage
from patients.models import Clinic, Patient


class NurseReview(models.Model):
    """One text that a nurse has to read by a certain time."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    inbound = models.OneToOneField(InboundMessage, on_delete=models.PROTECT, related_name="nurse_review")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, blank=True, related_name="nurse_reviews")
    shared_phone = models.BooleanField(default=False)
    why = models.CharField(max_length=300, help_text="Why a person has to read it.")
    evidence = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="When it must have been read; then somebody is told.")
    chased_at = models.DateTimeField(null=True, blank=True, help_text="When it was overdue and somebody was told.")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    outcome = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = lazy("text for a nurse")
        verbose_name_plural = lazy("nurse’s inbox")
        ordering = ("done_at", "due_at")
        indexes = (
            # Read by the inbox and by alerts.sweeps.chase_reviews.
            models.Index(fields=("due_at",), name="review_open", condition=Q(done_at__isnull=True)),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, outcome="") | Q(done_at__isnull=False) & ~Q(outcome=""),
                name="review_done_has_outcome",
            ),
        )

    def __str__(self) -> str:
        return f"text of {self.opened_at:%Y-%m-%d %H:%M}"
