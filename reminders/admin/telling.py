"""What planning came to, in words; and planning of many schedules, left to a worker."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import structlog
from django.db import transaction
from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
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
    said = f"{_visits(visits['count'])}, {_messages(messages)}"
    return _("%(planned)s until %(day)s") % {"planned": said, "day": day_in_words(last)} if last else said


def report_in_words(report: PlanReport) -> str:
    """What re-planning changed; empty when it changed nothing."""
    moved, cancelled = report.visits_moved, report.visits_cancelled
    added, taken_back = report.reminders_added, report.reminders_cancelled
    parts = [
        (moved, ngettext("%(count)s later visit moved", "%(count)s later visits moved", moved)),
        (cancelled, ngettext("%(count)s visit taken off", "%(count)s visits taken off", cancelled)),
        (added, ngettext("%(count)s message planned", "%(count)s messages planned", added)),
        (taken_back, ngettext("%(count)s message taken back", "%(count)s messages taken back", taken_back)),
    ]
    return ", ".join(words % {"count": number} for number, words in parts if number)


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


def _visits(number: int) -> str:
    return ngettext("%(count)s visit", "%(count)s visits", number) % {"count": number}


def _messages(number: int) -> str:
    return ngettext("%(count)s message", "%(count)s messages", number) % {"count": number}
