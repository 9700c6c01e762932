"""Opening and closing coordinators' tasks, once per key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from patients.models import CoordinatorTask, TaskKind


def open_tasks(tasks: Iterable[CoordinatorTask]) -> None:
    """Store the tasks whose keys are new; a task that exists, open or done, stays as it is."""
    CoordinatorTask.objects.bulk_create(tasks, ignore_conflicts=True)


def open_anew(tasks: Iterable[CoordinatorTask]) -> None:
    """Store tasks of what may happen again: only an open task of the same key keeps a new one away."""
    wanted = list(tasks)
    same = CoordinatorTask.objects.filter(patient_id__in={t.patient_id for t in wanted}, done_at__isnull=True)
    there = {":".join(key.split(":")[:2]) for key in same.values_list("key", flat=True)}
    fresh = [task for task in wanted if task.key not in there]
    for task in fresh:
        task.key = f"{task.key}:{task.opened_at.isoformat()}"
    open_tasks(fresh)


def draft_task(
    *, patient_id: int, kind: TaskKind, key: str, title: str, now: datetime, detail: str = ""
) -> CoordinatorTask:
    """An unsaved task, opened at `now` (aware)."""
    return CoordinatorTask(
        patient_id=patient_id, kind=kind, key=f"{kind}:{key}", title=title[:200], detail=detail, opened_at=now
    )


def close_task(kind: TaskKind, key: str, *, outcome: str, now: datetime) -> int:
    """Mark the open task of this key done, opened anew or not; how many were (0 or 1)."""
    head = f"{kind}:{key}"
    same = CoordinatorTask.objects.filter(Q(key=head) | Q(key__startswith=f"{head}:"), done_at__isnull=True)
    return same.update(done_at=now, outcome=outcome[:200])


def close_all(patient_id: int, *, outcome: str, now: datetime) -> int:
    """Mark every open task of a patient done, but for texts that are still to be read; how many were."""
    open_ones = CoordinatorTask.objects.filter(patient_id=patient_id, done_at__isnull=True)
    return open_ones.exclude(kind=TaskKind.UNREAD_REPLY).update(done_at=now, outcome=outcome[:200])
