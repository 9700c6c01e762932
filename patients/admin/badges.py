"""The figures in the sidebar."""

from __future__ import annotations

from django.http import HttpRequest

from patients.models import CoordinatorTask


def open_tasks(request: HttpRequest) -> str:
    """How many tasks wait for somebody; nothing when none does."""
    count = CoordinatorTask.objects.filter(done_at__isnull=True).count()
    return str(count) if count else "0"
