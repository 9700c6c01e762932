"""What was said on a patient's own page, beyond what other rooms keep."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from messaging.models import InboundMessage
from patients.models import Patient, PatientLink


class SymptomReport(models.Model):
    """A form about symptoms that somebody sent: as it was filled in, and the text that was made of it for triage."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="symptom_reports")
    link = models.ForeignKey(PatientLink, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # What makes a form sent twice the same one.
    form = models.UUIDField(unique=True, editable=False)
    places = models.JSONField(default=list, blank=True, help_text="Where on the body map.")
    signs = models.JSONField(default=list, blank=True, help_text="What was ticked.")
    words = models.TextField(blank=True, help_text="What was written besides.")
    inbound = models.OneToOneField(InboundMessage, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ("-sent_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=~Q(places=[]) | ~Q(signs=[]) | ~Q(words=""), name="symptom_report_says_something"
            ),
        )

    def __str__(self) -> str:
        return f"report of {self.sent_at:%Y-%m-%d %H:%M}"
