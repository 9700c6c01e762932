"""What became of news about visits: what waited past its day is told again, what did not arrive is a person's task."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.db.models import F

from messaging import watch
from messaging.domain.delivery import Status
from messaging.models import Message
from patients.board import draft_task, open_tasks
from patients.models import CoordinatorTask, TaskKind
from reminders.models import CalendarEntry, Visit

#: How the key of a message begins that tells news of a visit; then the visit, and the revision that it tells.
HEAD = "visit-news:"
_KEY = re.compile(rf"{HEAD}(?P<visit>\d+):(?P<number>\d+):")
_LOOK_BACK = timedelta(days=2)


def take_up(*, now: datetime) -> None:
    """Look at what ended badly of late. What was taken up is not taken up again."""
    found = [(mail, key) for mail in _ended(now) if (key := _KEY.match(mail.key))]
    visits = Visit.objects.filter(at__gt=now).select_related("schedule")
    known = visits.in_bulk({int(key["visit"]) for _, key in found})
    tasks = []
    for message, key in found:
        visit, number = known.get(int(key["visit"])), int(key["number"])
        if visit is None:
            continue
        if message.status == Status.EXPIRED:
            _behind_again(message, visit, number)
        else:
            detail = f"A message about the visit of {visit.on} at {visit.clock:%H:%M} did not arrive: {message.reason}"
            tasks.append(task(visit.schedule.patient_id, visit.pk, number, detail=detail, now=now))
    open_tasks(tasks)


def task(patient_id: int, visit_id: int, number: int, *, detail: str, now: datetime) -> CoordinatorTask:
    """Somebody has to phone: once for each revision of a visit."""
    return draft_task(
        patient_id=patient_id,
        kind=TaskKind.UNREACHED,
        key=f"news-{visit_id}-{number}",
        title="A visit has changed, and the patient could not be told: phone",
        detail=detail,
        now=now,
    )


def _ended(now: datetime) -> list[Message]:
    return list(watch.ended_badly(now - _LOOK_BACK).filter(key__startswith=HEAD).order_by("pk")[:1000])


def _behind_again(message: Message, visit: Visit, number: int) -> None:
    """Nobody was told: the next sweep within the patient's hours tells it anew, under the key of its own day."""
    told = CalendarEntry.objects.filter(visit=visit, address=message.address, sequence=number)
    # Older than what is told now, and only then: a later message may have left.
    told.filter(told_at__lte=message.created_at).update(sequence=F("sequence") - 1, cancelled=False)
