"""What planning came to, in words; and planning of many schedules, left to a worker."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import structlog
from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from patients.admin.clock import day as day_in_words
from reminders import tasks
from reminders.domain.words import STANDING, ReminderState
from reminders.models import Schedule
from reminders.planner import PlanReport, plan_schedules

log = structlog.get_logger(__name__)

#: Ids in one task.
BATCH = 200
#: Schedules that whoever changes a rule waits for; more of them are left to workers.
AT_ONCE = 200


def coming_in_words(schedule: Schedule) -> str:
    """`5 visits, 22 messages until 23 Mar 2027`: what is planned for this schedule now."""
    visits = schedule.visits.filter(status__in=STANDING).aggregate(count=Count("pk"), last=Max("on"))
    planned = Count("visits__reminders", filter=Q(visits__reminders__state=ReminderState.PLANNED))
    messages = Schedule.objects.filter(pk=schedule.pk).aggregate(count=planned)["count"]
    last: date | None = visits["last"]
    until = f" until {day_in_words(last)}" if last else ""
    return f"{_count(visits['count'], 'visit')}, {_count(messages, 'message')}{until}"


def report_in_words(report: PlanReport) -> str:
    """What re-planning changed; empty when it changed nothing."""
    parts = [
        (report.visits_moved, "later visit", "moved"),
        (report.visits_cancelled, "visit", "taken off"),
        (report.reminders_added, "message", "planned"),
        (report.reminders_cancelled, "message", "taken back"),
    ]
    return ", ".join(f"{_count(number, noun)} {verb}" for number, noun, verb in parts if number)


def told(what: str, report: PlanReport) -> str:
    """`what`, and what it changed in the plan."""
    changes = report_in_words(report)
    return f"{what} {changes[0].upper()}{changes[1:]}." if changes else what


def plan_now(schedule_ids: Collection[int]) -> None:
    """Re-plan these schedules: the first so many at once, in the transaction of the change, the rest by workers."""
    ids = sorted(schedule_ids)
    plan_schedules(ids[:AT_ONCE], now=timezone.now())
    plan_later(ids[AT_ONCE:])


def plan_later(schedule_ids: Collection[int]) -> None:
    """After commit, ask workers to re-plan these schedules."""
    ids = sorted(schedule_ids)
    chunks = [ids[start : start + BATCH] for start in range(0, len(ids), BATCH)]
    for chunk in chunks:
        # Redis may lose the task: what is planned until nowhere, the sweep of horizons plans within minutes.
        Schedule.objects.filter(pk__in=chunk).update(planned_until=None)

    def publish() -> None:
        try:
            for chunk in chunks:
                tasks.plan_schedules.delay(*chunk)
        except OperationalError:
            log.warning("plan_later.no_broker", schedules=len(ids))

    transaction.on_commit(publish)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
