"""Opening and closing coordinators' tasks, once per key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from patients.models import CoordinatorTask, TaskKind


def open_tasks(tasks: Iterable[CoordinatorTask]) -> None:
    """Store the tasks whose keys are new; a task that exists, open or done, stays as it is."""
    CoordinatorTask.objects.bulk_create(tasks, ignore_conflicts=True)


def draft_task(
    *, patient_id: int, kind: TaskKind, key: str, title: str, now: datetime, detail: str = ""
) -> CoordinatorTask:
    """An unsaved task, opened at `now` (aware)."""
    return CoordinatorTask(
        patient_id=patient_id, kind=kind, key=f"{kind}:{key}", title=title[:200], detail=detail, opened_at=now
    )


def close_task(kind: TaskKind, key: str, *, outcome: str, now: datetime) -> int:
    """Mark the open task of this key done; how many were (0 or 1)."""
    return CoordinatorTask.objects.filter(key=f"{kind}:{key}", done_at__isnull=True).update(
        done_at=now, outcome=outcome[:200]
    )
