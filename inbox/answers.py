"""Ready-made answers: the wordings named answer_…, filled with what is known of the patient, to be edited and sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from messaging import wordings
from messaging.domain.delivery import Channel
from messaging.domain.wording import WordingError
from patients.domain.address import national
from patients.models import Clinic, Patient
from reminders.domain import phrases
from reminders.domain.words import STANDING
from reminders.models import Visit

PREFIX = "answer_"
#: The mail around an answer that goes to a mailbox.
MAIL = "staff_answer"
#: What may stand in that mail, with the longest value it is likely to get.
VOCABULARY: Mapping[str, str] = {"words": "w" * 300}


@dataclass(frozen=True, slots=True)
class Ready:
    """One ready-made answer in the reader's language."""

    name: str
    label: str
    words: str
    version: str


def ready(clinic: Clinic, patient: Patient | None, *, language: str, now: datetime) -> list[Ready]:
    """Every ready-made answer for which all that it says is known."""
    values = _values(clinic, patient, language=language, now=now)
    found = []
    for name in wordings.names():
        if name.startswith(PREFIX):
            try:
                wording = wordings.load(name, language, Channel.SMS)
                words = wording.filled(values).body
            except WordingError:
                # Something that it speaks of is not known here: no visit to come, no daytime line.
                continue
            found.append(Ready(name, _label(name), words, wording.version))
    return found


def _label(name: str) -> str:
    return name.removeprefix(PREFIX).replace("_", " ").capitalize()


def _values(clinic: Clinic, patient: Patient | None, *, language: str, now: datetime) -> dict[str, str]:
    values = {"clinic": clinic.short_name}
    line = str(clinic.daytime_line or "")
    dialled = national(line)
    if dialled != line:
        values["phone"] = dialled
    visit = _next_visit(patient, now) if patient else None
    if patient and visit:
        values["day"] = phrases.day(visit.at, now=now, zone=patient.zone, language=language)
        values["time"] = phrases.clock(visit.at, zone=patient.zone, language=language)
    return values


def _next_visit(patient: Patient, now: datetime) -> Visit | None:
    standing = Visit.objects.filter(schedule__patient=patient, status__in=STANDING, at__gt=now)
    return standing.order_by("at").first()
