"""The accounting of conversations: what has no end yet, what is late, and what stands nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField

from alerts.models import NurseReview
from inbox import filing
from inbox.models import Thread, ThreadText

#: More than these are told as "many".
MOST = 1000


@dataclass(frozen=True, slots=True)
class Ledger:
    """Figures of one moment."""

    open_texts: int
    late_texts: int
    unfiled: int


def ledger(*, now: datetime) -> Ledger:
    """Count everything. Goes through all texts: for the command, not for a sweep."""
    late = filing.open_texts().filter(thread__due_at__lte=now)
    return Ledger(filing.open_texts().count(), late.count(), filing.unfiled().count())


def waiting() -> QuerySet[Thread]:
    """Conversations in which somebody waits for a person."""
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    return Thread.objects.filter(RawSQL("waiting_since IS NOT NULL", [], output_field=BooleanField()))


def late(*, now: datetime) -> QuerySet[Thread]:
    """Those past their time."""
    return waiting().filter(due_at__lte=now)


def unchased(*, now: datetime) -> QuerySet[Thread]:
    """Those past their time in which something waits that no list of the nurse's chases by itself."""
    with_a_nurse = Exists(NurseReview.objects.filter(inbound=OuterRef("inbound_id"), done_at__isnull=True))
    alone = ThreadText.objects.filter(~with_a_nurse, thread=OuterRef("pk"), closed_at__isnull=True, needs_person=True)
    return late(now=now).filter(Exists(alone))
