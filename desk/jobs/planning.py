"""Planning schedules anew: what should stand already, laid out once more, for whoever doubts it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from desk.jobs.kinds import Plain, Skipped, Target
from desk.models import Job, JobRow
from reminders.domain.words import ScheduleStatus
from reminders.models import Schedule
from reminders.planner import PlanReport, plan_schedules


class Replanning(Plain):
    """Each active schedule is planned; most come out as they were."""

    def targets(self, job: Job, *, now: datetime) -> Iterator[Target]:
        """The active schedules of the clinic, of a place or a treatment where one is named."""
        rows = Schedule.objects.filter(patient__clinic=job.clinic_id, status=ScheduleStatus.ACTIVE)
        if job.wish.get("location"):
            rows = rows.filter(location=job.wish["location"])
        if job.wish.get("treatment"):
            rows = rows.filter(treatment=job.wish["treatment"])
        for schedule in rows.select_related("patient", "treatment").order_by("pk").iterator(chunk_size=500):
            yield Target(schedule.pk, f"{schedule.patient}: {schedule.treatment}")

    def do(self, job: Job, row: JobRow, *, now: datetime) -> str:
        """Plan one schedule."""
        report = plan_schedules([row.target], now=now)
        if not report.changed:
            raise Skipped(_("Nothing had to change."))
        return _told(report)


def _told(report: PlanReport) -> str:
    return _("visits +%(visits)s, moved %(moved)s, off %(off)s; messages +%(more)s, −%(fewer)s") % {
        "visits": report.visits_added,
        "moved": report.visits_moved,
        "off": report.visits_cancelled,
        "more": report.reminders_added,
        "fewer": report.reminders_cancelled,
    }
