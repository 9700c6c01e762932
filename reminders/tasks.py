"""The tasks of reminders: each reads the clock, calls its room, and carries nothing but ids."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from reminders import calendars, following, planner, release, sweeps, unreached


@shared_task(name="reminders.release_due")
def release_due() -> None:
    """Hand what is due to the outbox, batch after batch, until nothing is."""
    while release.release_due(now=timezone.now()) == release.BATCH:
        continue


@shared_task(name="reminders.plan_schedules")
def plan_schedules(*schedule_ids: int) -> None:
    """Re-plan these schedules."""
    planner.plan_schedules(schedule_ids, now=timezone.now())


@shared_task(name="reminders.extend_horizons")
def extend_horizons() -> None:
    """Lay out visits that have come within the horizon since yesterday."""
    while sweeps.extend_horizons(now=timezone.now()) == sweeps.BATCH:
        continue


@shared_task(name="reminders.mark_overdue")
def mark_overdue() -> None:
    """Mark visits past their late window, and ask a coordinator to rebook them."""
    while sweeps.mark_overdue(now=timezone.now()) == sweeps.BATCH:
        continue


@shared_task(name="reminders.rewrite_stale")
def rewrite_stale() -> None:
    """Word anew what waited past the day it was worded for."""
    release.reword_stale(now=timezone.now())
    planner.let_go(now=timezone.now())


@shared_task(name="reminders.tell_unreached")
def tell_unreached() -> None:
    """Go on to the next contact where a message reached nobody, and keep coordinators told of it."""
    following.follow_up(now=timezone.now())
    unreached.retell(now=timezone.now())


@shared_task(name="reminders.tell_of_changes")
def tell_of_changes() -> None:
    """Tell those who know of a visit that it has moved, is off, or stands again, and bring their calendars along."""
    calendars.tell(now=timezone.now())
