"""How a conversation ends: its texts get a disposition, and what other lists asked about them is done with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet

from alerts import reviews
from alerts.models import NurseReview
from inbox.domain.words import CHOSEN, Disposition
from inbox.filing import set_clock, task_key
from inbox.models import Thread, ThreadText
from patients.board import close_task
from patients.models import CoordinatorTask, TaskKind
from staff.scope import within


@dataclass(frozen=True, slots=True)
class Closed:
    """How many texts have ended, and how many of them a nurse has still to read in her own list."""

    texts: int
    with_nurse: int


def close(
    thread: Thread,
    disposition: Disposition,
    *,
    by: AbstractBaseUser,
    now: datetime,
    note: str = "",
    others_too: bool = True,
    until: int | None = None,
) -> Closed:
    """Give every open text of a conversation its disposition, with the tasks and readings that it had opened.

    `others_too`: what came from a shared phone ends in the other patients' conversations as well. `until`: the last
    text that whoever closes had before them; what came later stays open. ValueError for what no person may choose.
    """
    if disposition not in CHOSEN:
        raise ValueError(f"disposition: {disposition} is not a person's to give")
    with transaction.atomic():
        held = _hold(thread, by, others_too=others_too)
        texts = [text for each in held for text in _open(each, until=until) if each.pk == thread.pk or text.shared]
        own = {text.inbound_id for text in texts if text.thread_id == thread.pk}
        texts = [text for text in texts if text.inbound_id in own]
        outcome = f"{disposition.label}: {note}" if note else disposition.label
        _end(texts, disposition, by=by, note=note, now=now)
        for text in texts:
            _close_task(text, held, outcome, by=by, now=now)
        if by.has_perm("alerts.change_nursereview"):  # type: ignore[attr-defined]
            reviews.finish(own, by=by, outcome=outcome, now=now)
        for each in held:
            set_clock(each)
        left = NurseReview.objects.filter(inbound_id__in=own, done_at__isnull=True).count()
    return Closed(len(own), left)


def beside(thread: Thread, by: Any) -> QuerySet[Thread]:
    """Conversations of other patients in which an open text of this one stands too: their phone is shared.

    Those of clinics that `by` does not see are left out: their own staff read the text there.
    """
    open_here = thread.texts.filter(closed_at__isnull=True, shared=True).values("inbound_id")
    same = ThreadText.objects.filter(inbound_id__in=open_here, closed_at__isnull=True).exclude(thread=thread)
    own = within(Thread.objects.filter(pk__in=same.values("thread_id")), by, "clinic")
    return own.select_related("patient", "clinic").order_by("pk")


def catch_up(texts: Iterable[ThreadText], *, now: datetime) -> int:
    """End those that a person has done from a task or from the nurse's inbox; answers how many."""
    waiting = {text.pk: text for text in texts}
    inbounds = {text.inbound_id for text in waiting.values()}
    read = {review.inbound_id: review for review in NurseReview.objects.filter(inbound_id__in=inbounds)}
    keys = {text.pk: f"{TaskKind.UNREAD_REPLY}:{_key(text)}" for text in waiting.values()}
    tasks = CoordinatorTask.objects.in_bulk(list(keys.values()), field_name="key")
    ended = 0
    for text in waiting.values():
        rows = [row for row in (read.get(text.inbound_id), tasks.get(keys[text.pk])) if row is not None]
        if rows and all(row.done_at is not None for row in rows):
            ended += _done_elsewhere(text, rows, now=now)
    return ended


def _done_elsewhere(text: ThreadText, rows: list[NurseReview | CoordinatorTask], *, now: datetime) -> int:
    last = max(rows, key=lambda row: row.done_at or now)
    raised = last.outcome.startswith("Raised:")
    with transaction.atomic():
        thread = Thread.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=text.thread_id)
        changed = ThreadText.objects.filter(pk=text.pk, closed_at__isnull=True).update(
            closed_at=last.done_at,
            closed_by=last.done_by_id,
            disposition=Disposition.RED_FLAG if raised else Disposition.ELSEWHERE,
            note=last.outcome[:300],
        )
        set_clock(thread)
    return changed


def _hold(thread: Thread, by: Any, *, others_too: bool) -> list[Thread]:
    """The conversation and, where asked, those beside it, held in one order for all."""
    wanted = Q(pk=thread.pk) | (Q(pk__in=[other.pk for other in beside(thread, by)]) if others_too else Q(pk=thread.pk))
    rows = Thread.objects.select_for_update(of=("self",)).select_related("clinic")
    return list(rows.filter(wanted).order_by("pk"))


def _open(thread: Thread, *, until: int | None) -> QuerySet[ThreadText]:
    rows = thread.texts.filter(closed_at__isnull=True).select_related("thread")
    return rows if until is None else rows.filter(inbound_id__lte=until)


def _end(texts: list[ThreadText], disposition: Disposition, *, by: AbstractBaseUser, note: str, now: datetime) -> None:
    rows = ThreadText.objects.filter(pk__in=[text.pk for text in texts], closed_at__isnull=True)
    rows.update(closed_at=now, closed_by=by.pk, disposition=disposition, note=note[:300])


def _close_task(text: ThreadText, held: list[Thread], outcome: str, *, by: AbstractBaseUser, now: datetime) -> None:
    thread = next(each for each in held if each.pk == text.thread_id)
    if thread.patient_id is None:
        return
    key = task_key(text.inbound_id, thread.patient_id)
    if close_task(TaskKind.UNREAD_REPLY, key, outcome=outcome, now=now):
        CoordinatorTask.objects.filter(key=f"{TaskKind.UNREAD_REPLY}:{key}", done_at=now).update(done_by=by.pk)


def _key(text: ThreadText) -> str:
    return task_key(text.inbound_id, text.thread.patient_id or 0)
