"""Laying a schedule's visits out as rows: what is new, what moved, what is no longer part of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from patients.board import draft_task
from patients.models import CoordinatorTask, TaskKind
from reminders.domain.plan import VisitFacts
from reminders.domain.schedule import Known, Slot, lay_out
from reminders.domain.words import STANDING, VisitStatus
from reminders.models import Schedule, Visit

LAID_OUT_FIELDS = [
    "on", "clock", "at", "late_until", "pinned", "status", "status_reason", "sequence", "confirmed_at",
    "move_requested_at",
]  # fmt: skip
SHORTENED = "The schedule now has fewer visits."
WHILE_SILENT = "It fell while nothing was planned for this schedule."
IN_TIME_AGAIN = "The visit was moved and is in time again."


@dataclass(slots=True)
class VisitChanges:
    """What laying out came to; the rows are changed in memory, the planner stores them."""

    new: list[Visit] = field(default_factory=list)
    changed: list[Visit] = field(default_factory=list)
    moved: set[int] = field(default_factory=set)
    dropped: set[int] = field(default_factory=set)
    #: Kind, visit and outcome of each coordinator's task that has an answer now.
    answered: list[tuple[TaskKind, int, str]] = field(default_factory=list)
    tasks: list[CoordinatorTask] = field(default_factory=list)


def lay_out_visits(
    schedule: Schedule, visits: Iterable[Visit], changes: VisitChanges, *, today: date, until: date, now: datetime
) -> list[Visit]:
    """Add to `changes` what the visits of `schedule` need so that its course holds up to `until`; the visits."""
    by_number = {visit.number: visit for visit in visits}
    course = schedule.course()
    for dropped in by_number.values():
        if dropped.status_reason == SHORTENED and (course.visits is None or dropped.number <= course.visits):
            _bring_back(dropped, changes)
    laid_out: list[Visit] = []
    slots = lay_out(course, [_known(visit) for visit in by_number.values()], today=today, until=until)
    for slot in slots:
        visit = by_number.pop(slot.number, None)
        if visit is None:
            visit = _new(schedule, slot)
            changes.new.append(visit)
        elif visit.status in STANDING:
            _place(visit, slot, changes, schedule=schedule, now=now)
        laid_out.append(visit)
    for visit in by_number.values():
        if visit.status in STANDING:
            if visit.status == VisitStatus.OVERDUE:
                changes.answered.append((TaskKind.OVERDUE_VISIT, visit.pk, SHORTENED))
            if visit.move_requested_at is not None:
                changes.answered.append((TaskKind.MOVE_REQUEST, visit.pk, SHORTENED))
            visit.status, visit.status_reason = VisitStatus.CANCELLED, SHORTENED
            changes.changed.append(visit)
            changes.dropped.add(visit.pk)
    return laid_out


def set_lapsed_aside(schedule: Schedule, visits: Iterable[Visit], changes: VisitChanges, *, now: datetime) -> None:
    """Cancel what an open-ended schedule would have held while it was silent, but for the latest.

    A coordinator who resumes a schedule after half a year has one dose to rebook, not seven. A course of
    counted visits keeps them all: none of its doses may get lost.
    """
    if schedule.course().visits is not None:
        return
    lapsed = [v for v in visits if v.status == VisitStatus.PLANNED and (v.late_until or v.at) <= now]
    for visit in lapsed[:-1]:
        visit.status, visit.status_reason = VisitStatus.CANCELLED, WHILE_SILENT
        if visit.pk is not None:
            changes.changed.append(visit)
            changes.dropped.add(visit.pk)


def _bring_back(visit: Visit, changes: VisitChanges) -> None:
    """Planning took it away when the schedule was shortened, and now it is long enough again."""
    visit.status, visit.status_reason = VisitStatus.PLANNED, ""
    visit.confirmed_at = visit.move_requested_at = None
    changes.changed.append(visit)


def facts(visit: Visit, schedule: Schedule) -> VisitFacts:
    """The visit as planning reads it."""
    return VisitFacts(
        id=visit.pk,
        number=visit.number,
        at=visit.at,
        on=visit.on,
        zone=schedule.patient.zone,
        status=VisitStatus(visit.status),
        given_on=visit.given_on,
        late_until=visit.late_until,
        confirmed=visit.confirmed_at is not None,
    )


def _known(visit: Visit) -> Known:
    return Known(
        number=visit.number,
        on=visit.on,
        clock=visit.clock,
        status=VisitStatus(visit.status),
        given_on=visit.given_on,
        pinned=visit.pinned,
        pinned_after=visit.pinned_after,
    )


def _new(schedule: Schedule, slot: Slot) -> Visit:
    return Visit(
        schedule=schedule, number=slot.number, on=slot.on, clock=slot.clock, at=slot.at, late_until=slot.late_until
    )


def _place(visit: Visit, slot: Slot, changes: VisitChanges, *, schedule: Schedule, now: datetime) -> None:
    overdue = visit.status == VisitStatus.OVERDUE
    still_overdue = overdue and slot.late_until is not None and slot.late_until <= now
    moved = visit.at != slot.at
    if not moved and visit.late_until == slot.late_until and visit.pinned == slot.pinned and overdue == still_overdue:
        return
    if slot.unpinned:
        changes.tasks.append(_conflict(visit, slot, schedule, now))
    visit.on, visit.clock, visit.at, visit.late_until = slot.on, slot.clock, slot.at, slot.late_until
    visit.pinned = slot.pinned
    if overdue and not still_overdue:
        visit.status = VisitStatus.PLANNED
        changes.answered.append((TaskKind.OVERDUE_VISIT, visit.pk, IN_TIME_AGAIN))
    if moved:
        # What was confirmed was another time.
        visit.confirmed_at = visit.move_requested_at = None
        visit.sequence += 1
        changes.moved.add(visit.pk)
    changes.changed.append(visit)


def _conflict(visit: Visit, slot: Slot, schedule: Schedule, now: datetime) -> CoordinatorTask:
    return draft_task(
        patient_id=schedule.patient_id,
        kind=TaskKind.VISIT_CONFLICT,
        key=f"{visit.pk}:{slot.on}",
        title=f"Visit {visit.number} had to leave {visit.on}: tell the patient",
        detail=(
            f"{schedule.treatment}: the time chosen for visit {visit.number} ({visit.on}) no longer keeps the "
            f"interval and minimum gap after the last dose. It is now planned for {slot.on}."
        ),
        now=now,
    )
