"""Pausing the reminders of a place, for a day of snow or a flooded ward, and letting them go on again by themselves.

A pause has an end, always: reminders that somebody forgot to switch on again are lost ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from desk.domain.words import JobKind, JobState, RowState
from desk.jobs.kinds import Plain, Skipped, Target
from desk.models import Job, JobRow
from reminders import services
from reminders.domain.words import STANDING, ScheduleStatus
from reminders.models import Schedule, Visit


class Pausing:
    """Every active schedule of a place is put on hold; a second job lets those go on that this one held."""

    def targets(self, job: Job, *, now: datetime) -> Iterator[Target]:
        """The active schedules there; with days named, those with a visit on one of them."""
        rows = Schedule.objects.filter(patient__clinic=job.clinic_id, status=ScheduleStatus.ACTIVE)
        if job.wish.get("location"):
            rows = rows.filter(location=job.wish["location"])
        if job.wish.get("first"):
            on = (date.fromisoformat(job.wish["first"]), date.fromisoformat(job.wish["last"]))
            visits = Visit.objects.filter(schedule=OuterRef("pk"), on__range=on, status__in=list(STANDING))
            rows = rows.filter(Exists(visits))
        for schedule in rows.select_related("patient", "treatment").order_by("pk").iterator(chunk_size=500):
            yield Target(schedule.pk, f"{schedule.patient}: {schedule.treatment}", schedule.get_status_display())

    def do(self, job: Job, row: JobRow, *, now: datetime) -> str:
        """Hold one schedule."""
        schedule = _schedule(row)
        if schedule.status != ScheduleStatus.ACTIVE:
            raise Skipped(_("It is %(status)s already.") % {"status": schedule.get_status_display().lower()})
        services.hold_schedule(schedule, reason=reason_of(job), now=now)
        return schedule.get_status_display()

    def started(self, job: Job, *, now: datetime) -> None:
        """Arrange the end of the pause."""
        Job.objects.create(
            kind=JobKind.RESUME,
            clinic=job.clinic,
            state=JobState.QUEUED,
            asked_by=job.asked_by,
            asked_at=now,
            due_at=max(datetime.fromisoformat(job.wish["ends_at"]), now),
            follows=job,
        )


class Resuming(Plain):
    """What a pause put on hold goes on, unless somebody has decided about it since."""

    def targets(self, job: Job, *, now: datetime) -> Iterator[Target]:
        """The rows that the pause has held."""
        held = JobRow.objects.filter(job=job.follows_id, state=RowState.DONE).order_by("position")
        for row in held.iterator(chunk_size=500):
            yield Target(row.target, row.subject, row.after)

    def do(self, job: Job, row: JobRow, *, now: datetime) -> str:
        """Let one schedule go on."""
        schedule = _schedule(row)
        ours = job.follows is not None and schedule.status_reason == reason_of(job.follows)
        if schedule.status != ScheduleStatus.ON_HOLD or not ours:
            raise Skipped(_("Somebody has decided about it since the pause."))
        services.resume_schedule(schedule, now=now)
        return schedule.get_status_display()


def reason_of(job: Job) -> str:
    """What stands beside a schedule that this pause holds; it names the pause, so that no other is ended by it."""
    return f"{job.wish['reason']} (#{job.pk})"[:200]


def _schedule(row: JobRow) -> Schedule:
    rows = Schedule.objects.select_for_update(of=("self",)).select_related("patient", "treatment")
    schedule = rows.filter(pk=row.target).first()
    if schedule is None:
        raise ValidationError(_("This schedule is not there any more."))
    return schedule
