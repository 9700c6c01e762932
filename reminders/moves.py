"""What a coordinator reads of a wish for another time: the patient's words, the treatment's window, free days."""

from __future__ import annotations

from patients.models import CoordinatorTask, TaskKind
from reminders.models import Visit


def unanswered(visit: Visit) -> bool:
    """Whether another time was asked for, and no coordinator has dealt with it yet."""
    if visit.move_requested_at is None:
        return False
    head = f"{TaskKind.MOVE_REQUEST}:{visit.pk}"
    keys = CoordinatorTask.objects.filter(
        patient_id=visit.schedule.patient_id, kind=TaskKind.MOVE_REQUEST, done_at__isnull=True
    ).values_list("key", flat=True)
    return any(key == head or key.startswith(f"{head}:") for key in keys)
