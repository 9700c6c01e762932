"""Bulk work (what was asked for, by whom, what became of every row), and the figures of each day."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from desk.domain.words import JobKind, JobState, RowState
from patients.models import Clinic


class Job(models.Model):
    """Something done to many rows: first drafted (nothing happens), then started by a person, then worked off."""

    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in JobKind])
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+")
    wish = models.JSONField(default=dict, help_text="What was asked for, as the form gave it.")
    state = models.CharField(
        max_length=12, choices=[(state.value, state.value) for state in JobState], default=JobState.CHECKING
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="Not worked on before this moment.")
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by", help_text="What it undoes."
    )
    listed_at = models.DateTimeField(null=True, blank=True, help_text="When its rows were written down.")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    #: Until when a worker has it; one that died leaves a lease that ends.
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-asked_at", "-id")
        verbose_name = _("bulk work")
        verbose_name_plural = _("bulk work")
        constraints = (
            models.CheckConstraint(condition=Q(state__in=[s.value for s in JobState]), name="job_state_known"),
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in JobKind]), name="job_kind_known"),
            models.CheckConstraint(
                condition=~Q(state__in=[JobState.DONE.value]) | Q(finished_at__isnull=False), name="job_done_has_time"
            ),
        )
        indexes = (
            # Read by desk.jobs.engine.claim: what waits for a worker, or was left by one that died.
            models.Index(
                fields=("due_at",), condition=Q(state__in=("checking", "queued", "running")), name="job_to_work_off"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class JobRow(models.Model):
    """One row of a job: whom it is about, and what became of it."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    target = models.PositiveBigIntegerField(help_text="Id of the visit, schedule or message.")
    subject = models.CharField(max_length=200, help_text="How a coordinator knows it.")
    before = models.CharField(max_length=120, blank=True)
    after = models.CharField(max_length=120, blank=True)
    state = models.CharField(
        max_length=10, choices=[(state.value, state.value) for state in RowState], default=RowState.NEW
    )
    why = models.CharField(max_length=300, blank=True, help_text="Why it was refused, skipped, or failed.")

    class Meta:
        ordering = ("job_id", "position")
        constraints = (
            models.UniqueConstraint(fields=("job", "position"), name="job_row_once"),
            models.CheckConstraint(condition=Q(state__in=[s.value for s in RowState]), name="job_row_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=["new", "ready", "done"]) | ~Q(why=""),
                name="job_row_undone_says_why",
            ),
        )
        indexes = (
            # Read by desk.jobs.engine: the next rows of a job.
            models.Index(fields=("job", "position"), condition=Q(state__in=("new", "ready")), name="job_row_next"),
        )

    def __str__(self) -> str:
        return f"row {self.position} of job {self.job_id}"


class DayFigures(models.Model):
    """How one day of one clinic went, counted by `desk.figures`: what charts show without reading millions of rows.

    Visits stand on their own day; messages on the day on which they were written, by the clinic's clock.
    """

    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    visits = models.PositiveIntegerField(default=0, help_text="All that were not cancelled.")
    kept = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)
    confirmed = models.PositiveIntegerField(default=0)
    lead_hours = models.FloatField(default=0, help_text="From confirmation to visit, of all confirmed ones together.")
    texts_arrived = models.PositiveIntegerField(default=0)
    texts_lost = models.PositiveIntegerField(default=0)
    mails_arrived = models.PositiveIntegerField(default=0)
    mails_lost = models.PositiveIntegerField(default=0)
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ("on",)
        verbose_name = _("figures of a day")
        verbose_name_plural = _("figures of days")
        constraints = (models.UniqueConstraint(fields=("clinic", "on"), name="figures_once_a_day"),)

    def __str__(self) -> str:
        return f"figures of {self.on}"
