"""The states of bulk work and of each of its rows, and the moves that are allowed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class JobKind(StrEnum):
    """What a coordinator asks to have done to many rows at once."""

    PAUSE = "pause"
    RESUME = "resume"
    MOVE_DAY = "move_day"
    REPLAN = "replan"
    RESEND = "resend"


class JobState(StrEnum):
    """Where a job stands. A draft is a dry run: what would be done, row by row, and nothing done."""

    DRAFT = "draft"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class RowState(StrEnum):
    """What became of one row. Each that is not done says why."""

    READY = "ready"
    REFUSED = "refused"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


JOB_MOVES: Mapping[JobState, frozenset[JobState]] = MappingProxyType(
    {
        JobState.DRAFT: frozenset({JobState.QUEUED, JobState.CANCELLED}),
        JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
        JobState.RUNNING: frozenset({JobState.DONE, JobState.CANCELLED}),
        JobState.DONE: frozenset(),
        JobState.CANCELLED: frozenset(),
    }
)
