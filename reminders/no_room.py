"""What is not said because a phone has had its texts: where nobody was told, a coordinator is asked to phone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from patients.board import draft_task, open_tasks
from patients.models import CoordinatorTask, TaskKind
from reminders.domain import together
from reminders.domain.together import Side
from reminders.domain.words import Anchor, Condition, Reason, ReminderState
from reminders.models import PlannedReminder

#: Who was told of a visit so lately need not be phoned about it.
_LATELY = timedelta(days=2)


def tell(reminders: Sequence[PlannedReminder], *, now: datetime) -> None:
    """Open a task for those of `reminders` that found no room and were the last word before a visit, or overdue."""
    lost = [row for row in reminders if row.reason == Reason.NO_ROOM and row.state == ReminderState.SKIPPED]
    lost = [row for row in lost if _side(row) is not Side.AFTER]
    if not lost:
        return
    told = Q(state=ReminderState.PLANNED) | Q(state=ReminderState.RELEASED, settled_at__gt=now - _LATELY)
    visits = {row.visit_id for row in lost}
    others = PlannedReminder.objects.filter(told, visit__in=visits).select_related("rule")
    said = {(other.visit_id, _side(other)) for other in others}
    open_tasks([_task(row, now=now) for row in lost if (row.visit_id, _side(row)) not in said])


def _side(row: PlannedReminder) -> Side:
    return together.side_of(Anchor(row.rule.anchor), Condition(row.rule.condition))


def _task(row: PlannedReminder, *, now: datetime) -> CoordinatorTask:
    side, on = _side(row), row.visit.on
    about = f"the overdue visit of {on}" if side is Side.OVERDUE else f"the visit on {on}"
    return draft_task(
        patient_id=row.visit.schedule.patient_id,
        kind=TaskKind.NO_ROOM,
        key=f"{row.visit_id}:{side}",
        title=f"No text could be sent about {about}: phone the patient",
        detail=f"{row.rule.name}: {Reason.NO_ROOM.label}",
        now=now,
    )
