"""Warnings that had left the plan for somebody who is on hold, discharged or dead now: taken back while they wait."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from alerts.domain.education import STATUS_REASONS
from alerts.domain.warning_words import WarningState
from alerts.models import PlannedWarning
from messaging import outbox
from messaging.domain.delivery import OPEN, Status
from patients.domain.profile import PatientStatus

log = structlog.get_logger(__name__)

#: Warnings in one transaction.
BATCH = 200


def take_back(*, now: datetime, limit: int = BATCH) -> int:
    """Withdraw up to `limit` messages that have not left, and decide about their warnings anew: none is sent.

    One that a provider is being asked to take cannot be called back, but is not tried a second time.
    """
    with transaction.atomic():
        rows = list(_waiting(now).select_for_update(of=("self",)).select_related("patient").order_by("pk")[:limit])
        for status, reason in STATUS_REASONS.items():
            messages = [row.message_id for row in rows if row.patient.status == status and row.message_id]
            outbox.withdraw(messages, reason=reason.label, now=now)
        back = PlannedWarning.objects.filter(pk__in=[row.pk for row in rows], message__status=Status.SUPPRESSED)
        taken = back.update(
            state=WarningState.PLANNED, due_at=now, settled_at=None, message=None, text=None, channel="", reason=""
        )
    if taken:
        log.info("warnings_taken_back", count=taken)
    return taken


def _waiting(now: datetime) -> QuerySet[PlannedWarning]:
    # Spelt as SQL: with a parameter SQLite would not use the partial index.
    released = RawSQL("alerts_plannedwarning.state = 'released'", [], output_field=BooleanField())
    rows = PlannedWarning.objects.filter(released, expires_at__gt=now, message__status__in=OPEN, message__withdrawn="")
    return rows.exclude(patient__status=PatientStatus.ACTIVE)
