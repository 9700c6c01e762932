"""What is texted back to somebody who wrote about a visit: noted, which one, when it is, a person will read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from messaging import outbox, wordings
from messaging.domain import wall_time
from messaging.domain.delivery import Channel, Purpose, Urgency
from messaging.domain.wording import WordingError
from messaging.models import InboundMessage
from patients.models import ContactPoint, Patient
from reminders.domain import phrases
from reminders.domain.replies import Answer
from reminders.models import Visit
from reminders.rendering import daytime_line

log = structlog.get_logger(__name__)

#: An answer is worth sending for so long; later it would only puzzle.
ANSWER_LASTS = timedelta(hours=2)
LETTERS = "ABCD"
#: The blank of the list, with the longest value it is likely to get.
VOCABULARY: Mapping[str, str] = {
    "visits": "A: Wed, Sep 30 11:30 AM. B: Wed, Sep 30 12:30 PM. C: Thu, Dec 31 10:30 AM. D: Fri, Jan 29 11:45 AM"
}


def done(answer: Answer, message: InboundMessage, visits: Sequence[Visit], *, now: datetime) -> None:
    """Say that a yes, or a wish for another time, is noted for `visits`, in one text."""
    confirms = answer is Answer.CONFIRM
    if len(visits) == 1:
        about("visit_confirmed" if confirms else "visit_move_asked", message, visits[0], now=now)
        return
    template = "visits_confirmed" if confirms else "visits_move_asked"
    values = {"visits": ", ".join(names(visits, now=now)[: len(LETTERS)])}
    _send(template, f"reply:{message.pk}:{template}", message, visits[0].schedule.patient, values, now=now)


def about(template: str, message: InboundMessage, visit: Visit, *, now: datetime) -> None:
    """Answer with `template`, filled with the day and time of `visit`."""
    patient = visit.schedule.patient
    values = {"day": _day(visit, now=now), "time": _clock(visit)}
    _send(template, f"reply:{message.pk}:{template}", message, patient, values, now=now)


def which(message: InboundMessage, patient: Patient, visits: Sequence[Visit], *, now: datetime) -> None:
    """List visits with a letter each. Day and time only: whoever holds a shared phone need not learn whose they are."""
    lines = [f"{letter}: {name}" for letter, name in zip(LETTERS, names(visits, now=now), strict=False)]
    _send("which_visit", f"which:{message.pk}", message, patient, {"visits": ". ".join(lines)}, now=now)


def names(visits: Sequence[Visit], *, now: datetime) -> list[str]:
    """How visits are told apart."""
    return [f"{_day(visit, now=now)} {_clock(visit)}" for visit in visits]


def received(message: InboundMessage, contact: ContactPoint, *, now: datetime) -> None:
    """At most once a day: a person will read it."""
    day = wall_time.local_date(now, contact.patient.zone)
    _send("text_received", f"received:{contact.pk}:{day}", message, contact.patient, {}, now=now)


def _day(visit: Visit, *, now: datetime) -> str:
    patient = visit.schedule.patient
    return phrases.day(visit.at, now=now, zone=patient.zone, language=patient.language)


def _clock(visit: Visit) -> str:
    patient = visit.schedule.patient
    return phrases.clock(visit.at, zone=patient.zone, language=patient.language)


def _send(
    template: str, key: str, message: InboundMessage, patient: Patient, values: dict[str, str], *, now: datetime
) -> None:
    line = daytime_line(patient.clinic)
    known = {"clinic": patient.clinic.short_name} | ({"phone": line} if line else {})
    try:
        wording = wordings.load(template, patient.language, Channel.SMS)
        body = wording.filled(values | known).body
    except WordingError as error:
        # The text itself is stored and filed; only the courtesy is missing.
        log.error("answer_without_words", template=template, why=str(error))
        return
    draft = outbox.Draft(
        key=key,
        channel=Channel.SMS,
        purpose=Purpose.REPLIES,
        address=message.from_address,
        body=body,
        template=template,
        template_version=wording.version,
        language=patient.language,
        on_behalf_of=str(patient.clinic_id),
        due_at=now,
        expires_at=now + ANSWER_LASTS,
    )
    outbox.enqueue([draft], now=now)
    outbox.wake(Urgency.ORDINARY)
