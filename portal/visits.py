"""The visits to come as a patient's own page shows them, and finding one that a form speaks of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from messaging.domain import wall_time
from patients.models import Patient
from portal.opened import Opened
from reminders.catalogue.lines import in_language
from reminders.domain import phrases
from reminders.domain.words import STANDING, Route, ScheduleStatus
from reminders.models import Visit

#: More would be a list and no page; the rest is a tap away.
FIRST_SHOWN = 6
MOST_SHOWN = 60
LONGEST_LINE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One visit as the page shows it."""

    visit: Visit
    when: str
    soon: str
    place: str
    treatment: str
    #: ask, confirmed, moving, or passed: today's, over already.
    stage: str
    #: Each line to be done before it: its place in the list, the words, ticked off or not.
    tasks: list[tuple[int, str, bool]] = field(default_factory=list)


def upcoming(patient: Patient, now: datetime) -> QuerySet[Visit]:
    """Today's visits and those to come, of schedules that run. Tablets taken at home are no visits."""
    today = now.astimezone(patient.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    standing = Visit.objects.filter(
        schedule__patient=patient, schedule__status=ScheduleStatus.ACTIVE, status__in=STANDING, at__gte=today
    ).exclude(schedule__treatment__route=Route.TABLET)
    return standing.select_related("schedule__treatment").prefetch_related("ticked").order_by("at", "pk")


def find(opened: Opened, visit: UUID) -> Visit | None:
    """A visit of this very patient; another's is as good as none."""
    found = upcoming(opened.patient, opened.now).filter(uuid=visit).first()
    if found is not None:
        # What services ask of it is at hand already.
        found.schedule.patient = opened.patient
    return found


def cards(opened: Opened, *, everything: bool) -> tuple[list[Card], bool]:
    """The visits to show, and whether there are more."""
    limit = MOST_SHOWN if everything else FIRST_SHOWN
    found = list(upcoming(opened.patient, opened.now)[: limit + 1])
    return [_card(visit, opened) for visit in found[:limit]], len(found) > limit and not everything


def lines(visit: Visit, language: str) -> list[tuple[str, str]]:
    """What is to be done before a visit: each line as the treatment has it, and in `language`."""
    own = [str(line)[:LONGEST_LINE] for line in visit.schedule.treatment.before_visit_tasks]
    return list(zip(own, in_language(own, language), strict=True))


def names_treatment(opened: Opened) -> bool:
    """Whether the treatment may be named: the clinic allows it, the patient agreed, and it is she who reads."""
    patient = opened.patient
    agreed = opened.clinic.allows_detail and patient.detail_agreed_at is not None
    return agreed and opened.known and not opened.is_caregiver


def stage(visit: Visit, now: datetime) -> str:
    """Where the conversation about a visit stands."""
    if visit.at <= now:
        return "passed"
    if visit.move_requested_at is not None:
        return "moving"
    return "confirmed" if visit.confirmed_at is not None else "ask"


def _card(visit: Visit, opened: Opened) -> Card:
    zone, language = opened.patient.zone, opened.language
    ticked = {each.task for each in visit.ticked.all()}
    return Card(
        visit=visit,
        when=phrases.full(visit.at, zone=zone, language=language),
        soon=_soon(visit.at, opened),
        place=visit.schedule.location,
        treatment=visit.schedule.treatment.name if names_treatment(opened) else "",
        stage=stage(visit, opened.now),
        tasks=[(n, words, own in ticked) for n, (own, words) in enumerate(lines(visit, language))],
    )


def _soon(at: datetime, opened: Opened) -> str:
    """Today or tomorrow, where it is; else nothing."""
    zone = opened.patient.zone
    distance = (wall_time.local_date(at, zone) - wall_time.local_date(opened.now, zone)) // timedelta(days=1)
    return opened.say["home"].get({0: "today", 1: "tomorrow"}.get(distance, ""), "")
