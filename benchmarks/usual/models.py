"""One table: a reminder, when it is due, and whether it was sent."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class Reminder(models.Model):
    """A text to one phone."""

    objects: ClassVar[models.Manager[Reminder]] = models.Manager()

    uuid = models.UUIDField(default=uuid.uuid4)
    phone = models.CharField(max_length=20)
    body = models.TextField()
    due_at = models.DateTimeField()
    status = models.CharField(max_length=10, default="pending")
    sid = models.CharField(max_length=40, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "usual"
        indexes = [models.Index(fields=["status", "due_at"], name="usual_due")]

    def __str__(self) -> str:
        return f"reminder ({self.status})"
