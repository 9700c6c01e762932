"""The figures in the sidebar."""

from __future__ import annotations

from django.http import HttpRequest

from patients.models import CoordinatorTask
from staff.scope import within


def open_tasks(request: HttpRequest) -> str:
    """How many tasks wait for somebody; nothing when none does."""
    waiting = CoordinatorTask.objects.filter(done_at__isnull=True)
    count = within(waiting, request.user, "patient__clinic").count()
    return str(count) if count else "0"
