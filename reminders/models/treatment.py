"""The treatment catalogue: what is given, how often, within which window, and where the numbers are from."""

from __future__ import annotations

import itertools
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from patients.domain.care import DRUG_CLASSES
from reminders.domain.words import Route


class Treatment(models.Model):
    """One entry of the catalogue. All spans are calendar days in the patient's zone."""

    code = models.SlugField(max_length=40, unique=True, help_text="As imports and plans name it, e.g. zol_q4w.")
    name = models.CharField(max_length=120)
    route = models.CharField(max_length=12, choices=[(route.value, route.name.capitalize()) for route in Route])
    drug_class = models.CharField(
        "class",
        max_length=16,
        choices=[(c.value, label) for c, label in DRUG_CLASSES.items()],
        blank=True,
        db_default="",
        help_text="What has to be watched for after it hangs on this; empty: nothing special.",
    )
    interval_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Days between visits; empty for something done once."
    )
    early_days = models.PositiveSmallIntegerField(default=0, help_text="How many days before its day it may be given.")
    late_days = models.PositiveSmallIntegerField(
        default=3, help_text="How many days after its day it may still be given; past that it is overdue."
    )
    minimum_gap_days = models.PositiveSmallIntegerField(
        default=1, help_text="Never sooner than this after the last one (loading doses apart)."
    )
    loading_days = models.JSONField(
        default=list, blank=True, help_text="Days of the loading doses counted from the first, e.g. [0, 7, 14, 28]."
    )
    maximum_doses = models.PositiveSmallIntegerField(null=True, blank=True)
    default_visits = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How many visits a new schedule starts with; empty for open-ended."
    )
    weekdays_only = models.BooleanField(default=False)
    tracks_doses = models.BooleanField(
        default=True, help_text="Off for tablets taken at home: nobody records them, so none is ever overdue."
    )
    duration_minutes = models.PositiveSmallIntegerField(default=60, help_text="For the calendar entry.")
    before_visit_tasks = models.JSONField(
        default=list, blank=True, help_text="What has to be done before a visit, a line each."
    )
    after_visit_notes = models.TextField(blank=True)
    source = models.TextField(help_text="Where the numbers come from.")
    needs_sign_off = models.BooleanField(
        default=False, help_text="Some of it is a proposal or general knowledge: a clinician signs it before use."
    )
    signed_off_by = models.CharField(max_length=120, blank=True)
    signed_off_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True, help_text="Off: not offered for new schedules.")

    class Meta:
        ordering = ("route", "name")
        constraints = (
            models.CheckConstraint(
                condition=Q(interval_days__isnull=True) | Q(interval_days__gt=0), name="treatment_interval_positive"
            ),
            models.CheckConstraint(
                condition=Q(interval_days__isnull=True) | Q(minimum_gap_days__lte=F("interval_days")),
                name="treatment_gap_within_interval",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="treatment_has_source"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_one_off(self) -> bool:
        """Whether it is done once, not in a series."""
        return self.interval_days is None

    def clean(self) -> None:
        """Refuse numbers that no schedule could keep, naming field and value."""
        errors: dict[str, Any] = {}
        if self.interval_days is not None and self.interval_days <= 0:
            errors["interval_days"] = f"{self.interval_days} is not a number of days; leave it empty for a one-off."
        elif self.interval_days is not None and self.minimum_gap_days > self.interval_days:
            errors["minimum_gap_days"] = f"{self.minimum_gap_days} is longer than the interval ({self.interval_days})."
        days = self.loading_days
        if days and (
            not isinstance(days, list)
            or days[0] != 0
            or any(not isinstance(day, int) for day in days)
            or any(later <= earlier for earlier, later in itertools.pairwise(days))
        ):
            errors["loading_days"] = f"{days!r} must be rising whole days that start with 0, e.g. [0, 7, 14, 28]."
        if not isinstance(self.before_visit_tasks, list) or any(
            not isinstance(task, str) for task in self.before_visit_tasks
        ):
            errors["before_visit_tasks"] = "Must be a list of lines."
        if errors:
            raise ValidationError(errors)
