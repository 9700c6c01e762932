"""What did not reach a patient: a coordinator is asked to find another way, once for each visit and channel."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from messaging.domain.delivery import Status
from messaging.models import Message
from patients.board import draft_task, open_tasks
from patients.domain.profile import PatientStatus
from patients.models import CoordinatorTask, TaskKind
from reminders.domain.words import ReminderState
from reminders.models import PlannedReminder

#: Ends older than this have been told of; the sweep may have stood still for hours.
LOOK_BACK = timedelta(days=1)
BATCH = 500


def tell_unreached(*, now: datetime) -> int:
    """Open a task for each visit and channel whose reminder failed, came back or was never taken; how many are new.

    A reminder that is still fresh is worded anew and tried again: see release.reword_stale.
    """
    # Spelt as SQL: with a parameter SQLite would not use the partial index.
    lost = RawSQL("status IN ('failed', 'undelivered', 'expired')", [], output_field=BooleanField())
    ended = Message.objects.filter(lost, finished_at__gt=now - LOOK_BACK).order_by("-finished_at")
    reminders = (
        PlannedReminder.objects.filter(message__in=list(ended.values_list("pk", flat=True)[:BATCH]))
        .filter(state=ReminderState.RELEASED, visit__schedule__patient__status=PatientStatus.ACTIVE)
        .exclude(message__status=Status.EXPIRED, expires_at__gt=now)
        .select_related("rule", "message", "visit__schedule")
    )
    tasks = {task.key: task for task in (_task(reminder, now) for reminder in reminders)}
    known = CoordinatorTask.objects.filter(key__in=tasks).values_list("key", flat=True)
    new = [tasks[key] for key in tasks.keys() - set(known)]
    open_tasks(new)
    return len(new)


def _task(reminder: PlannedReminder, now: datetime) -> CoordinatorTask:
    visit, message = reminder.visit, reminder.message
    kind = "text" if reminder.channel == "sms" else "mail"
    return draft_task(
        patient_id=visit.schedule.patient_id,
        kind=TaskKind.UNREACHED,
        key=f"{visit.pk}:{reminder.channel}",
        title=f"A {kind} about the visit of {visit.on} did not arrive: find another way",
        detail=f"{reminder.rule.name}: {message.reason if message else ''}",
        now=now,
    )
