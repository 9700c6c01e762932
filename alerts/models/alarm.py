"""What the service shouts about itself, and the canary that walks the real path."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from alerts.models.alert import Alert


class Alarm(models.Model):
    """Something wrong with the service or the rota: a banner for all staff until it is over."""

    key = models.CharField(max_length=120, help_text="What makes it the same alarm; one open at a time.")
    words = models.CharField(max_length=300, help_text="What is wrong and what to do, for staff. Names no patient.")
    grave = models.BooleanField(default=True, help_text="Whether managers are paged about it.")
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When it was last found to be so.")
    told_at = models.DateTimeField(null=True, blank=True, help_text="When managers were last paged about it.")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-opened_at",)
        # The banner reads the open ones.
        constraints = (
            models.UniqueConstraint(fields=("key",), name="alarm_one_open", condition=Q(closed_at__isnull=True)),
        )

    def __str__(self) -> str:
        return self.words


class CanaryRun(models.Model):
    """One synthetic red flag and how long each hop of it took."""

    alert = models.ForeignKey(Alert, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField()
    paged_at = models.DateTimeField(null=True, blank=True, help_text="When the carrier had taken the page.")
    answered_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-started_at",)
        # Read by the watchdog and the metrics: the latest run.
        indexes = (models.Index(fields=("-started_at",), name="canary_latest"),)

    def __str__(self) -> str:
        return f"canary of {self.started_at:%Y-%m-%d %H:%M}"
