"""What follows a message that did not reach a patient: the next contact that agreed, and a coordinator's task.

A reminder whose message was refused, came back or met a no is planned anew for the next contact, and passes the gate
once more: it may have been confirmed, moved or called off, and quiet hours hold for every contact. The rows of a rung
are locked together, so that its channels do not both go on to the same contact.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from messaging import watch
from messaging.domain.delivery import Status
from messaging.models import Message
from patients.board import open_tasks
from patients.domain.profile import PatientStatus
from reminders import rendering, rungs, unreached
from reminders.domain import ways
from reminders.domain.gate import Contact
from reminders.domain.words import ReminderState
from reminders.models import PlannedReminder, ReminderTry
from reminders.reach import Reach, reach_of
from reminders.rungs import Rung

log = structlog.get_logger(__name__)

#: Reminders in one transaction, and in one sweep.
BATCH = 200
MOST = 5000
#: Ends older than this have been followed up; the sweep may have stood still for hours.
LOOK_BACK = timedelta(days=2)


def follow_up(*, now: datetime) -> int:
    """Follow up the reminders whose message reached nobody by `now` (aware); how many were.

    Each message is followed up once, and its reminder goes on to one contact, whoever sweeps beside us or dies
    halfway: the row of the try and the reminder's new state stand or fall together.
    """
    found = sorted(_lost(now))
    return sum(_follow(found[start : start + BATCH], now) for start in range(0, len(found), BATCH))


def _follow(found: Sequence[int], now: datetime) -> int:
    with transaction.atomic():
        locked = _lock(found)
        # Once more, now that they are held: somebody may have followed them up meanwhile.
        lost = _lost(now) if locked else set()
        known = rungs.gather(locked, now=now)
        reach = reach_of({reminder.visit.schedule.patient_id for reminder in locked})
        ended: dict[PlannedReminder, Message] = {}
        moved: list[PlannedReminder] = []
        alone: list[PlannedReminder] = []
        for rung in known.values():
            step = _step(rung, reach)
            if step is ways.Fate.OPEN:
                # Another message of the same rung may bring it yet.
                continue
            mine = {one: one.message for one in rung.reminders if one.pk in lost and one.message is not None}
            ended |= mine
            if isinstance(step, Contact):
                moved += list(mine)[:1]
            elif step is ways.Fate.LOST:
                alone += mine
        _keep(ended, [reminder for reminder in moved if reminder.expires_at > now], now=now)
        open_tasks(unreached.tasks_for(ended, nobody_left=alone, now=now))
    if ended:
        log.info("reminders_followed_up", lost=len(ended), moved_on=len(moved))
    return len(ended)


def _lost(now: datetime) -> set[int]:
    """Reminders whose message has ended without reaching anybody, and was not followed up yet."""
    return {pk for rows in (failed(now), refused(now)) for pk in _not_followed(rows)}


def failed(now: datetime) -> QuerySet[PlannedReminder]:
    """Reminders whose message failed, came back, or came too late."""
    ended = watch.ended_badly(now - LOOK_BACK).values("pk")
    rows = PlannedReminder.objects.filter(message__in=ended, state=ReminderState.RELEASED)
    # What is fresh still was worded for a day that is over: see release.reword_stale.
    return rows.exclude(message__status=Status.EXPIRED, expires_at__gt=now)


def refused(now: datetime) -> QuerySet[PlannedReminder]:
    """Reminders whose message met a no; withdrawn is what nobody wants any more."""
    # Spelt as SQL: with a parameter SQLite would not use the partial index.
    released = RawSQL("reminders_plannedreminder.state = 'released'", [], output_field=BooleanField())
    return PlannedReminder.objects.filter(
        released, expires_at__gt=now, message__status=Status.SUPPRESSED, message__withdrawn=""
    )


def _not_followed(rows: QuerySet[PlannedReminder]) -> list[int]:
    # Of several that left as one text each has a try of its own.
    before = ReminderTry.objects.filter(message=OuterRef("message_id"), reminder=OuterRef("pk"))
    rows = rows.filter(~Exists(before), visit__schedule__patient__status=PatientStatus.ACTIVE)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:MOST])


def _lock(found: Collection[int]) -> list[PlannedReminder]:
    """The rungs of these reminders, whole and held; without those that somebody else holds a part of."""
    rows = list(PlannedReminder.objects.filter(pk__in=found))
    skip = connection.features.has_select_for_update_skip_locked
    related = ("rule", "message", "visit__schedule__treatment", "visit__schedule__patient__clinic")
    held = rungs.mates(rows).select_for_update(of=("self",), skip_locked=skip).select_related(*related)
    mine = list(held.order_by("pk"))
    ours = {reminder.pk for reminder in mine}
    torn = {rungs.key_of(mate) for mate in rungs.mates(rows) if mate.pk not in ours}
    return [reminder for reminder in mine if rungs.key_of(reminder) not in torn]


def _step(rung: Rung, reach: Reach) -> Contact | ways.Fate:
    """Where the rung goes next."""
    first = rung.reminders[0]
    everybody = reach.all(first.visit.schedule.patient_id)
    sayable = [contact for contact in everybody if rendering.can_say(first, contact)]
    return ways.following(sayable, rung.tries, rung.waiting)


def _keep(ended: Mapping[PlannedReminder, Message], moved: Sequence[PlannedReminder], *, now: datetime) -> None:
    """Write down that these were followed up, and plan anew those that go on to another contact."""
    ReminderTry.objects.bulk_create(
        ReminderTry(reminder=reminder, message=message, followed_at=now) for reminder, message in ended.items()
    )
    for reminder in moved:
        reminder.state, reminder.due_at, reminder.settled_at = ReminderState.PLANNED, now, None
        reminder.message, reminder.reason = None, ""
        reminder.wording += 1
    PlannedReminder.objects.bulk_update(
        moved, ["state", "reason", "due_at", "settled_at", "message", "wording"], batch_size=BATCH
    )
