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
    """Where a job stands. It is checked first, each row, with nothing done: a draft. Then a person starts it."""

    CHECKING = "checking"
    DRAFT = "draft"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class RowState(StrEnum):
    """What became of one row. Each that is not done says why."""

    NEW = "new"
    READY = "ready"
    REFUSED = "refused"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


JOB_MOVES: Mapping[JobState, frozenset[JobState]] = MappingProxyType(
    {
        JobState.CHECKING: frozenset({JobState.DRAFT, JobState.CANCELLED}),
        JobState.DRAFT: frozenset({JobState.QUEUED, JobState.CANCELLED}),
        JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
        JobState.RUNNING: frozenset({JobState.DONE, JobState.CANCELLED}),
        JobState.DONE: frozenset(),
        JobState.CANCELLED: frozenset(),
    }
)

#: A worker has something to do for a job that stands here.
AT_WORK = frozenset({JobState.CHECKING, JobState.QUEUED, JobState.RUNNING})
#: Rows that are still to be checked, and still to be done.
TO_CHECK = frozenset({RowState.NEW})
TO_DO = frozenset({RowState.NEW, RowState.READY})


def may_move(state: JobState, to: JobState) -> bool:
    """Whether a job that stands at `state` may be moved on to `to`."""
    return to in JOB_MOVES[state]
