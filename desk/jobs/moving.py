"""Moving all visits of a day to another day: the same time of the patient's clock, window and gap permitting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from desk.jobs.kinds import Plain, Skipped, Target
from desk.models import Job, JobRow
from reminders import services
from reminders.domain.words import STANDING, Route
from reminders.models import Visit


class MovingDay(Plain):
    """Each standing visit of the day is moved as if by hand: refused where the treatment's rules forbid it."""

    def targets(self, job: Job, *, now: datetime) -> Iterator[Target]:
        """The standing visits of the day, by the patients' calendars, in the order of their times."""
        rows = Visit.objects.filter(
            schedule__patient__clinic=job.clinic_id,
            on=date.fromisoformat(job.wish["day"]),
            status__in=list(STANDING),
        )
        # What is taken at home every day has no day that could be moved.
        rows = rows.exclude(schedule__treatment__route=Route.TABLET)
        if job.wish.get("location"):
            rows = rows.filter(schedule__location=job.wish["location"])
        rows = rows.select_related("schedule__patient", "schedule__treatment").order_by("clock", "pk")
        for visit in rows.iterator(chunk_size=500):
            subject = f"{visit.schedule.patient}: {visit.schedule.treatment}"
            yield Target(visit.pk, subject, _when(visit))

    def do(self, job: Job, row: JobRow, *, now: datetime) -> str:
        """Move one visit."""
        rows = Visit.objects.select_related("schedule__patient", "schedule__treatment")
        visit = rows.filter(pk=row.target).first()
        if visit is None:
            raise ValidationError(_("This visit is not there any more."))
        if visit.on != date.fromisoformat(job.wish["day"]):
            raise Skipped(_("Somebody has moved it meanwhile, to %(when)s.") % {"when": _when(visit)})
        to = date.fromisoformat(job.wish["to"])
        course = visit.schedule.course()
        if course.weekdays_only and to.weekday() > 4:
            raise ValidationError(
                _("%(day)s is a weekend, and this treatment is given on weekdays only.") % {"day": to}
            )
        services.move_visit(visit, on=to, clock=visit.clock, now=now)
        return _shown(to, visit)


def _when(visit: Visit) -> str:
    return _shown(visit.on, visit)


def _shown(on: date, visit: Visit) -> str:
    return f"{date_format(on, 'D j M Y')}, {visit.clock:%H:%M}"
