"""Bulk work in tests: asked for, worked off by hand, and what became of its rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from desk.domain.words import JobKind, JobState
from desk.jobs import engine
from desk.models import Job
from tests.support import builders as b
from tests.support.admin_pages import superuser

TURN = timedelta(seconds=30)


def asked(kind: JobKind, *, now: datetime = b.NOW, **wish: Any) -> Job:
    """A job as its form would make it; not looked at by any worker yet."""
    by = superuser(f"boss{Job.objects.count()}")
    return Job.objects.create(kind=kind, clinic=b.clinic(), wish=wish, asked_by=by, asked_at=now, due_at=now)


def work(now: datetime = b.NOW) -> int:
    """Work off whatever is due; how often a job was taken up."""
    turns = 0
    while (job := engine.claim(now=now)) is not None:
        engine.work(job, clock=lambda: now, until=now + TURN)
        turns += 1
    return turns


def drafted(kind: JobKind, *, now: datetime = b.NOW, **wish: Any) -> Job:
    """A job that was checked."""
    job = asked(kind, now=now, **wish)
    work(now)
    job.refresh_from_db()
    assert job.state == JobState.DRAFT
    return job


def done(job: Job, now: datetime = b.NOW) -> Job:
    """Started by a person, and worked off."""
    assert engine.start(job.pk, now=now)
    work(now)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    return job


def told(job: Job) -> list[tuple[str, str]]:
    """State of each row, and why."""
    return list(job.rows.values_list("state", "why"))
