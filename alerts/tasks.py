"""The tasks of red flags: each reads the clock, calls its room, and carries nothing at all.

Whoever writes pages goes by the clock of those who send them: a page of a host that is a minute ahead would wait.
"""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from alerts import alarm_pages, canary, sweeps, telling_others
from alerts.rota import keeping, troubles
from alerts.warnings import following, gone, planning, release
from messaging import clock


@shared_task(name="alerts.advance")
def advance() -> None:
    """Let the clocks strike, and look for pages that were lost."""
    now = clock.shared()
    sweeps.advance(now=now())
    sweeps.check_receipts(now=now())
    sweeps.check_instructions(now=now())
    telling_others.tell_others(now=now())


@shared_task(name="alerts.chase_reviews")
def chase_reviews() -> None:
    """Look for texts that nobody has read in time."""
    sweeps.chase_reviews(now=clock.shared()())


@shared_task(name="alerts.keep_shifts")
def keep_shifts() -> None:
    """Remind of shifts, send test pages, replace who is not ready, hand over."""
    keeping.keep(now=clock.shared()())


@shared_task(name="alerts.check_rotas")
def check_rotas() -> None:
    """Look for gaps, overlaps and people who could not be reached in the coming week."""
    troubles.check(now=timezone.now())


@shared_task(name="alerts.walk_canary")
def walk_canary() -> None:
    """Let a test alert start when it is time, and see how far the others have come."""
    now = clock.shared()
    canary.walk(now=now())
    canary.look(now=now())


@shared_task(name="alerts.tell_managers")
def tell_managers() -> None:
    """Page managers about alarms that they have not heard of."""
    alarm_pages.tell(now=clock.shared()())


@shared_task(name="alerts.plan_warnings")
def plan_warnings() -> None:
    """Plan the warnings of patients whose turn it is, batch after batch."""
    while planning.plan_due(now=timezone.now()) == planning.BATCH:
        continue


@shared_task(name="alerts.release_warnings")
def release_warnings() -> None:
    """Hand warnings that are due to the outbox, and again those that waited there too long or reached nobody."""
    gone.take_back(now=timezone.now())
    release.send_again(now=timezone.now())
    following.follow_up(now=timezone.now())
    while release.release_due(now=timezone.now()) == release.BATCH:
        continue
