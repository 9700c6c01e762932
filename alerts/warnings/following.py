"""What follows a warning that reached nobody: the next contact that agreed, and somebody who is asked to phone.

The warning is planned anew for the next contact and looked at once more before it leaves. Each message is followed up
once: the row of the try and the warning's new state stand or fall together.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from alerts.domain.warning_words import WarningState
from alerts.models import PlannedWarning, WarningTry
from alerts.warnings import reach
from messaging import consent, watch
from messaging.domain.delivery import Purpose, Status
from messaging.models import Message
from patients.board import draft_task, open_tasks
from patients.domain.profile import PatientStatus
from patients.models import CoordinatorTask, TaskKind

log = structlog.get_logger(__name__)

#: Warnings in one transaction.
BATCH = 200
#: Ends older than this have been followed up; the sweep may have stood still for hours.
LOOK_BACK = timedelta(days=2)


def follow_up(*, now: datetime, limit: int = BATCH) -> int:
    """Follow up to `limit` warnings whose message reached nobody by `now` (aware); how many were."""
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        rows = PlannedWarning.objects.filter(pk__in=_lost(now)).order_by("pk")
        held = rows.select_for_update(of=("self",), skip_locked=skip)
        lost = list(held.select_related("rule", "message", "patient__clinic")[:limit])
        # Once more, now that they are held: somebody may have followed them up meanwhile.
        still = set(_lost(now)) if lost else set()
        lost = [row for row in lost if row.pk in still]
        ended = {row: row.message for row in lost if row.message is not None}
        WarningTry.objects.bulk_create(
            WarningTry(warning=row, message=message, followed_at=now) for row, message in ended.items()
        )
        moved = _go_on(list(ended), now)
        _tell(ended, moved, now)
    if lost:
        log.info("warnings_followed_up", lost=len(lost), moved_on=len(moved))
    return len(lost)


def _lost(now: datetime) -> list[int]:
    return sorted({pk for rows in (failed(now), refused(now)) for pk in _not_followed(rows)})


def failed(now: datetime) -> QuerySet[PlannedWarning]:
    """Warnings whose message failed, came back, or came too late."""
    ended = watch.ended_badly(now - LOOK_BACK).values("pk")
    rows = PlannedWarning.objects.filter(message__in=ended, state=WarningState.RELEASED)
    # What is fresh still is handed in again by release.send_again.
    return rows.exclude(message__status=Status.EXPIRED, expires_at__gt=now)


def refused(now: datetime) -> QuerySet[PlannedWarning]:
    """Warnings whose message met a no; withdrawn is what nobody wants any more."""
    # Spelt as SQL: with a parameter SQLite would not use the partial index.
    released = RawSQL("alerts_plannedwarning.state = 'released'", [], output_field=BooleanField())
    return PlannedWarning.objects.filter(
        released, expires_at__gt=now, message__status=Status.SUPPRESSED, message__withdrawn=""
    )


def _not_followed(rows: QuerySet[PlannedWarning]) -> list[int]:
    before = WarningTry.objects.filter(message=OuterRef("message_id"))
    rows = rows.filter(~Exists(before), patient__status=PatientStatus.ACTIVE)
    return list(rows.order_by("pk").values_list("pk", flat=True)[: BATCH * 10])


def _go_on(rows: Collection[PlannedWarning], now: datetime) -> set[int]:
    """Plan those anew that have another contact and the time for it; which."""
    contacts = reach.contacts_of({row.patient_id for row in rows})
    tried = reach.tried_of({row.pk for row in rows})
    moved = set()
    for row in rows:
        ways = reach.ways_of(row, contacts.get(row.patient_id, ()), tried.get(row.pk, ()))
        if row.expires_at > now and any(way.usable and way.consented for way in ways):
            moved.add(row.pk)
    PlannedWarning.objects.filter(pk__in=moved, state=WarningState.RELEASED).update(
        state=WarningState.PLANNED, due_at=now, settled_at=None, message=None, text=None, channel="", reason=""
    )
    return moved


def _tell(ended: dict[PlannedWarning, Message], moved: Collection[int], now: datetime) -> None:
    """A task for each warning that a contact did not get, which says whether there is another."""
    addresses = {message.address for message in ended.values()}
    agreed = {address for address, _ in consent.allowed({(address, Purpose.WARNINGS) for address in addresses})}
    wanted = []
    for row, message in ended.items():
        if message.status == Status.SUPPRESSED and (message.address in agreed or row.pk in moved):
            # Dropped by hand; or a no, which has a task of its own, and goes on by another way.
            continue
        title = f"A warning ({row.rule.name}) did not arrive"
        title += ": another contact is next, check this one" if row.pk in moved else ": phone the patient and tell her"
        wanted.append(
            draft_task(
                patient_id=row.patient_id,
                kind=TaskKind.UNREACHED,
                key=f"warning:{row.pk}",
                title=title,
                detail=f"{row.rule.name}: {message.reason}",
                now=now,
            )
        )
    open_tasks(wanted)
    for task in wanted:
        # The last word holds, in a task that is open since the first contact failed.
        CoordinatorTask.objects.filter(key=task.key, done_at__isnull=True).update(title=task.title, detail=task.detail)
