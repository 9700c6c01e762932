"""The last moment at which each background process was seen doing work.

In the database rather than in Redis: a worker that cannot write here cannot do its work either, and a
watchdog must be able to read this while Redis is away.
"""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """One row a process: `beat`, or the queue whose worker ran the pulse task."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(help_text="When it last did work.")

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"
