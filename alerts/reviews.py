"""Texts in the nurse's inbox as other rooms reach them: asking a nurse to read one, and saying that it was read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser

from alerts.models import NurseReview
from messaging.models import InboundMessage
from patients.models import Clinic, Patient

#: By when a nurse must have read what a colleague hands her.
READ_SOON = timedelta(minutes=15)


def ask_a_nurse(
    message: InboundMessage, clinic: Clinic, patient: Patient | None, *, why: str, shared: bool, now: datetime
) -> NurseReview:
    """Put a text before a nurse, soon; one that waits for her already waits no longer than that."""
    due = now + READ_SOON
    review, new = NurseReview.objects.get_or_create(
        inbound=message,
        defaults={
            "clinic": clinic,
            "patient": patient,
            "shared_phone": shared,
            "why": why[:300],
            "opened_at": now,
            "due_at": due,
        },
    )
    if not new and review.done_at is None and review.due_at > due:
        review.due_at = due
        review.save(update_fields=["due_at"])
    return review


def finish(inbound_ids: Collection[int], *, by: AbstractBaseUser, outcome: str, now: datetime) -> int:
    """These texts were read, and dealt with; answers how many of them still waited for a nurse."""
    waiting = NurseReview.objects.filter(inbound_id__in=inbound_ids, done_at__isnull=True)
    return waiting.update(done_at=now, done_by=by.pk, outcome=outcome[:200])
