"""The slow sweeps: visits that became overdue, and horizons that have to be extended."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from messaging.domain import wall_time
from patients.board import draft_task, open_anew
from patients.domain.profile import PatientStatus
from patients.models import CoordinatorTask, TaskKind
from reminders.domain.words import ScheduleStatus, VisitStatus
from reminders.models import Schedule, Visit
from reminders.planner import plan_schedules

log = structlog.get_logger(__name__)

BATCH = 200
#: The zone in which a day begins first: there the horizon is extended first.
_FIRST_DAY = ZoneInfo("Pacific/Kiritimati")


def mark_overdue(*, now: datetime) -> int:
    """Mark the visits of up to `BATCH` schedules whose late window has closed; how many schedules.

    Tasks and the rungs for overdue visits stand or fall with the mark. The schedules are locked first, as
    planning does, so that the two never wait for each other; one that is being planned comes next time.
    """
    # Spelt as SQL: with a parameter SQLite would not use the partial index.
    planned = RawSQL("reminders_visit.status = 'planned'", [], output_field=BooleanField())
    late = Visit.objects.filter(planned, late_until__lte=now).filter(
        schedule__status=ScheduleStatus.ACTIVE, schedule__patient__status=PatientStatus.ACTIVE
    )
    ids = {visit.schedule_id for visit in late.only("schedule_id").order_by("late_until", "id")[:BATCH]}
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        schedules = Schedule.objects.select_for_update(skip_locked=skip).filter(pk__in=ids).order_by("pk")
        held = [schedule.pk for schedule in schedules]
        visits = list(late.filter(schedule__in=held).select_related("schedule__treatment"))
        Visit.objects.filter(pk__in=[visit.pk for visit in visits]).update(status=VisitStatus.OVERDUE)
        open_anew(_overdue_task(visit, now) for visit in visits)
        # Fewer than are held where another worker has marked some since they were looked for.
        marked = {visit.schedule_id for visit in visits}
        plan_schedules(marked, now=now)
    return len(marked)


def _overdue_task(visit: Visit, now: datetime) -> CoordinatorTask:
    return draft_task(
        patient_id=visit.schedule.patient_id,
        kind=TaskKind.OVERDUE_VISIT,
        key=str(visit.pk),
        title=f"{visit.schedule.treatment}: visit of {visit.on} is overdue, rebook now",
        detail=(
            f"No dose is recorded for visit {visit.number}, planned for {visit.on} at {visit.clock:%H:%M}. "
            "Record the dose if it was given; otherwise find a new time. The next visit is counted from "
            "the day on which the dose is really given."
        ),
        now=now,
    )


def extend_horizons(*, now: datetime) -> int:
    """Plan up to `BATCH` active schedules whose visits do not reach the horizon any more; how many."""
    until = wall_time.local_date(now, _FIRST_DAY) + timedelta(days=settings.PLANNING_HORIZON_DAYS)
    active = RawSQL("reminders_schedule.status = 'active'", [], output_field=BooleanField())
    # Zones span 26 hours: a schedule planned a moment ago may end up to two days before `until`.
    behind = Q(planned_until__lt=until - timedelta(days=2)) | Q(planned_until__isnull=True)
    short = Schedule.objects.filter(active, behind, patient__status=PatientStatus.ACTIVE).order_by("planned_until")
    ids = list(short.values_list("pk", flat=True)[:BATCH])
    _plan_what_can_be(ids, now)
    return len(ids)


def _plan_what_can_be(schedule_ids: list[int], now: datetime) -> None:
    """Plan all; where one of them breaks planning, all but that one, and say so."""
    try:
        plan_schedules(schedule_ids, now=now)
    except DatabaseError:
        raise
    except Exception:  # noqa: BLE001 - told below, for the one that it was
        for schedule_id in schedule_ids:
            try:
                plan_schedules([schedule_id], now=now)
            except Exception as error:  # noqa: BLE001
                # Only the error's kind: its words may repeat what was typed.
                log.error("schedule_cannot_be_planned", schedule=schedule_id, error=type(error).__name__)
