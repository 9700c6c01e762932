"""A patient's schedule of a treatment, and the visits that it comes to."""

from __future__ import annotations

import uuid

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from patients.models import Patient
from reminders.domain.schedule import Course
from reminders.domain.words import ScheduleStatus, VisitStatus
from reminders.models.treatment import Treatment


class Schedule(models.Model):
    """Patient, treatment, first visit by the patient's own clock, interval, number of visits, place."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="schedules")
    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="schedules")
    first_visit_on = models.DateField()
    visit_time = models.TimeField(help_text="By the patient's own clock.")
    interval_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Days between visits; empty takes the treatment's own.",
    )
    number_of_visits = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Empty for open-ended."
    )
    location = models.CharField(max_length=120, blank=True)
    status = models.CharField(
        max_length=12,
        choices=[(status.value, status.name.replace("_", " ").capitalize()) for status in ScheduleStatus],
        default=ScheduleStatus.ACTIVE,
    )
    status_reason = models.CharField(max_length=200, blank=True, help_text="Why it is on hold or cancelled.")
    planned_until = models.DateField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(interval_days__isnull=True) | Q(interval_days__gt=0), name="schedule_interval_positive"
            ),
            models.CheckConstraint(
                condition=Q(number_of_visits__isnull=True) | Q(number_of_visits__gt=0), name="schedule_visits_positive"
            ),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in ScheduleStatus]), name="schedule_status_known"
            ),
        )
        # Read by the sweep that extends horizons.
        indexes = (
            models.Index(
                fields=("planned_until",), condition=Q(status=ScheduleStatus.ACTIVE), name="schedule_to_extend"
            ),
        )

    def __str__(self) -> str:
        return f"{self.treatment} from {self.first_visit_on}"

    def course(self) -> Course:
        """The schedule as planning reads it. Something done once is a course of one visit."""
        treatment = self.treatment
        interval = self.interval_days or treatment.interval_days
        return Course(
            first_on=self.first_visit_on,
            clock=self.visit_time,
            zone=self.patient.zone,
            interval_days=interval or 1,
            visits=(self.number_of_visits or treatment.maximum_doses) if interval else 1,
            loading_days=tuple(treatment.loading_days),
            early_days=treatment.early_days,
            late_days=treatment.late_days if treatment.tracks_doses else None,
            minimum_gap_days=min(treatment.minimum_gap_days, interval or 1),
            weekdays_only=treatment.weekdays_only,
        )


class Visit(models.Model):
    """One visit of a schedule: `on` and `clock` by the patient's own clock, `at` the same instant in UTC."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="visits")
    number = models.PositiveSmallIntegerField(help_text="1 is the first of the schedule.")
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    on = models.DateField(help_text="Day of the visit.")
    clock = models.TimeField(help_text="Time of the visit, by the patient's own clock.")
    at = models.DateTimeField(db_index=True, editable=False)
    late_until = models.DateTimeField(null=True, blank=True, editable=False, help_text="Overdue from here on.")
    pinned = models.BooleanField(
        default=False, help_text="A person chose this time; it stands while interval, window and minimum gap hold."
    )
    pinned_after = models.DateField(
        null=True,
        blank=True,
        editable=False,
        help_text="The dose before it, when the person chose: while that stands, so does the choice.",
    )
    status = models.CharField(
        max_length=12, choices=[(s.value, s.name.capitalize()) for s in VisitStatus], default=VisitStatus.PLANNED
    )
    status_reason = models.CharField(max_length=200, blank=True)
    given_on = models.DateField(null=True, blank=True, help_text="The day on which the dose was given.")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    move_requested_at = models.DateTimeField(null=True, blank=True)
    sequence = models.PositiveIntegerField(default=0, editable=False, help_text="Revision of the calendar entry.")

    class Meta:
        ordering = ("at", "id")
        constraints = (
            models.UniqueConstraint(fields=("schedule", "number"), name="visit_number_unique_in_schedule"),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in VisitStatus]), name="visit_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=VisitStatus.GIVEN, given_on__isnull=False)
                | (~Q(status=VisitStatus.GIVEN) & Q(given_on__isnull=True)),
                name="visit_given_has_date",
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="visit_number_from_one"),
        )
        indexes = (
            # Read by the sweep that marks visits overdue.
            models.Index(fields=("late_until",), condition=Q(status=VisitStatus.PLANNED), name="visit_going_overdue"),
            # Read by the home page and the list's tabs: few among all visits that ever were.
            models.Index(fields=("schedule",), condition=Q(status=VisitStatus.OVERDUE), name="visit_overdue"),
            models.Index(fields=("schedule",), condition=Q(move_requested_at__isnull=False), name="visit_to_move"),
        )

    def __str__(self) -> str:
        return f"Visit {self.number} on {self.on} at {self.clock:%H:%M}"
