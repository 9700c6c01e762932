"""Patients who were asked about visits and text back: what every handler makes of it, and what was answered."""

from __future__ import annotations

import itertools
from datetime import datetime

from messaging import dispatch, inbound
from messaging.domain.delivery import Purpose, Urgency
from messaging.models import InboundMessage, Message
from patients.models import CoordinatorTask, Patient, TaskKind
from reminders import release
from reminders.models import Visit
from tests.support import builders as make
from tests.support.builders import ny

#: By now the visits of the next days were asked about.
ASKED = ny("2026-06-15 10:00")
_numbers = itertools.count(1)


def text(body: str, *, sender: str = make.PHONE, now: datetime) -> str | None:
    """A text arrives and is read by every handler; what became of it."""
    message = InboundMessage.objects.create(
        provider_id=f"SMtalk{next(_numbers):028}",
        from_address=sender,
        to_address="+12025550100",
        body=body,
        received_at=now,
    )
    return inbound.handle(message.pk, now=now)


def replies() -> list[Message]:
    """What was answered, in order."""
    return list(Message.objects.filter(purpose=Purpose.REPLIES).order_by("pk"))


def templates() -> list[str]:
    """Of what was answered."""
    return [message.template for message in replies()]


def tasks(kind: TaskKind) -> list[CoordinatorTask]:
    """What coordinators are asked."""
    return list(CoordinatorTask.objects.filter(kind=kind).order_by("pk"))


def asked_about(*times: str, patient: Patient | None = None) -> list[Visit]:
    """Visits at these times ("2026-06-17 09:30"), all of which the phone was asked to confirm by `ASKED`."""
    made = []
    for number, first in enumerate(times, 1):
        schedule = make.planned_schedule(patient, treatment=make.treatment(f"drug{number}"), first=first, visits=1)
        patient = patient or schedule.patient
        made.append(schedule)
    for now in (ASKED - make.HOUR * 24, ASKED):
        release.release_due(now=now)
        dispatch.run(Urgency.ORDINARY, clock=lambda now=now: now, worker="w")  # type: ignore[misc]
    return [make.visit(schedule) for schedule in made]
