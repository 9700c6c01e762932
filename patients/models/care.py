"""Dated facts of care that other rooms may build on, and the tasks that a coordinator owes a patient."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from patients.domain.care import DRUG_CLASSES, CareKind
from patients.models.people import Patient


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
