"""Whether what an address was told about a visit still holds, and what it has to be told instead."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from patients.domain.profile import PatientStatus
from reminders.domain.invitation import revision
from reminders.domain.words import STANDING, ScheduleStatus, VisitStatus


class News(StrEnum):
    """What there is to be told."""

    MOVED = "moved"
    OFF = "off"
    STANDS = "stands"  # it was off, and is on again

    @property
    def template(self) -> str:
        """The words for it."""
        return {News.MOVED: "visit_moved", News.OFF: "visit_cancelled", News.STANDS: "visit_stands"}[self]

    @property
    def in_words(self) -> str:
        """For staff: the visit …"""
        return {News.MOVED: "has moved", News.OFF: "will not take place", News.STANDS: "stands again"}[self]


def of(
    *,
    patient: PatientStatus,
    schedule: ScheduleStatus,
    visit: VisitStatus,
    at: datetime,
    sequence: int,
    times: Collection[datetime],
    told: int | None,
    told_off: bool,
) -> News | None:
    """The news, or None where there is none, or none that may be told now.

    `times`: those that reminders to this address spoke of. `told`: the revision that it was told since, `told_off` that
    the visit was off.
    """
    # Of one who has died nothing is told to anybody; on hold, nothing until it is over.
    if patient in (PatientStatus.DECEASED, PatientStatus.ON_HOLD) or schedule is ScheduleStatus.ON_HOLD:
        return None
    off = patient is PatientStatus.DISCHARGED or schedule is ScheduleStatus.CANCELLED or visit is VisitStatus.CANCELLED
    if off:
        return None if told_off else News.OFF
    if visit not in STANDING:
        return None
    if told_off:
        return News.STANDS
    if at in times or (told is not None and told >= revision(sequence, cancelled=False)):
        return None
    return News.MOVED
