"""What is said about a visit besides reminders: which one was meant, what was ticked off, which calendars hold it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from messaging.models import InboundMessage
from reminders.domain.replies import Answer
from reminders.models.schedule import Visit


class VisitQuestion(models.Model):
    """Two visits were asked about and one answer came: which is meant is asked back, with a letter for each."""

    address = models.CharField(max_length=254)
    inbound = models.OneToOneField(InboundMessage, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=8, choices=[(answer.value, answer.value) for answer in Answer])
    words = models.TextField(blank=True, help_text="What was written, for the task that may come of it.")
    visits = models.JSONField(help_text="Visit and time as asked about, in the order of their letters: A, B, …")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="A letter that comes later is read by a person.")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-asked_at", "-id")
        # Read by reminders.inbound: what this number was asked and has not answered.
        indexes = (
            models.Index(
                fields=("address", "-asked_at"), condition=Q(answered_at__isnull=True), name="visit_question_open"
            ),
        )

    def __str__(self) -> str:
        return f"which of {len(self.visits)} visits"


class TickedTask(models.Model):
    """A line of what has to be done before a visit, ticked off on the patient's own page."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="ticked")
    task = models.CharField(max_length=300, help_text="The line as the treatment has it, in its first language.")
    ticked_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("visit", "task"), name="task_ticked_once"),)

    def __str__(self) -> str:
        return "ticked"


class CalendarEntry(models.Model):
    """A mailbox whose calendar holds a visit, and which revision of it: so that a move or a cancellation follows."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="calendar_entries")
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=10)
    sequence = models.PositiveIntegerField(help_text="The revision that was sent last.")
    cancelled = models.BooleanField(default=False, help_text="The calendar was told that the visit is off.")
    told_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("visit", "address"), name="calendar_entry_once"),)
        # Read by reminders.calendars: entries that may be behind their visits.
        indexes = (models.Index(fields=("visit",), condition=Q(cancelled=False), name="calendar_entry_standing"),)

    def __str__(self) -> str:
        return f"revision {self.sequence}"
