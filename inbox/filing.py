"""Filing texts into conversations, and each conversation's clock: who waits for a person, since when, until when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import BooleanField, Exists, Max, Min, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from alerts.domain.inbox import due_by
from alerts.models import NurseReview
from inbox.domain.words import ROBOT, Disposition, by_itself, has_more_in_it, nobody_has_it
from inbox.models import Thread, ThreadText
from inbox.whose import Place, places
from messaging.domain.quiet_hours import Window
from messaging.models import InboundMessage
from patients.models import CoordinatorTask, TaskKind

BATCH = 500
#: Older texts that nobody has a task of are history: whoever read them did it before there were conversations.
STILL_NEWS = timedelta(days=7)
MOST_UNREAD = 32_000


def file(message: InboundMessage, *, now: datetime) -> int:
    """Put a text into the conversations that it belongs to, once; answers into how many."""
    if message.disposition.startswith(ROBOT):
        return 0
    found = places(message)
    owed = _owed_to(message, found)
    return sum(_into(place, message, owed, now=now) for place in found)


def _into(place: Place, message: InboundMessage, owed: _Owed, *, now: datetime) -> int:
    thread = _thread(place, message)
    patient = place.patient.pk if place.patient else None
    waits = owed.of(patient, message, now=now)
    ended = {} if waits else {"closed_at": message.handled_at or now, "disposition": owed.ended(patient, message)}
    _, new = ThreadText.objects.get_or_create(
        thread=thread, inbound=message, defaults={"shared": place.shared, "needs_person": waits} | ended
    )
    if new:
        if message.received_at >= thread.last_at:
            thread.last_at, thread.address = message.received_at, message.from_address
        thread.unread = min(thread.unread + waits, MOST_UNREAD)
        thread.save(update_fields=["last_at", "address"])
        set_clock(thread)
    return int(new)


def _thread(place: Place, message: InboundMessage) -> Thread:
    """The conversation, held until the transaction ends; a new one where there is none."""
    about = {"patient": place.patient} if place.patient else {"patient": None, "clinic": place.clinic}
    where = about if place.patient else about | {"address": message.from_address}
    thread, _ = Thread.objects.select_for_update().get_or_create(
        **where,
        defaults={"clinic": place.clinic, "address": message.from_address, "last_at": message.received_at},
    )
    if thread.clinic_id != place.clinic.pk:
        # The patient was taken over by another clinic, and the conversation with her.
        Thread.objects.filter(pk=thread.pk).update(clinic=place.clinic)
    thread.clinic = place.clinic
    return thread


def set_clock(thread: Thread) -> None:
    """Work out anew since when, and until when, somebody waits for a person here."""
    waiting = thread.texts.filter(closed_at__isnull=True, needs_person=True)
    oldest: datetime | None = waiting.aggregate(at=Min("inbound__received_at"))["at"]
    thread.waiting_since = oldest
    clinic = thread.clinic
    window = Window(clinic.messages_from, clinic.messages_until)
    thread.due_at = due_by(oldest, window, clinic.zone) if oldest else None
    if oldest is None:
        thread.unread = 0
    thread.save(update_fields=["waiting_since", "due_at", "unread"])


class _Owed:
    """What staff have been asked to do about one text, in other lists than this."""

    def __init__(self, review: NurseReview | None, tasks: Collection[CoordinatorTask]) -> None:
        self.review = review
        self.tasks = {task.patient_id: task for task in tasks}

    def of(self, patient: int | None, message: InboundMessage, *, now: datetime) -> bool:
        """Whether a person has still to look at it."""
        task = self.tasks.get(patient) if patient else None
        asked = [row for row in (self.review, task) if row is not None]
        if asked:
            return any(row.done_at is None for row in asked)
        fresh = message.received_at > now - STILL_NEWS
        return fresh and (nobody_has_it(message.disposition) or has_more_in_it(message.disposition))

    def ended(self, patient: int | None, message: InboundMessage) -> Disposition:
        """How it has ended already."""
        done_by_hand = self.review is not None or patient in self.tasks
        return Disposition.ELSEWHERE if done_by_hand else by_itself(message.disposition)


def task_key(inbound_id: int, patient_id: int) -> str:
    """What a coordinator's task about one text is called; see reminders.inbound."""
    return f"{inbound_id}:{patient_id}"


def _owed_to(message: InboundMessage, found: Collection[Place]) -> _Owed:
    keys = [f"{TaskKind.UNREAD_REPLY}:{task_key(message.pk, one.patient.pk)}" for one in found if one.patient]
    tasks = CoordinatorTask.objects.filter(key__in=keys) if keys else ()
    return _Owed(NurseReview.objects.filter(inbound=message).first(), list(tasks))


def unfiled() -> QuerySet[InboundMessage]:
    """Texts that stand in no conversation and should."""
    filed = Exists(ThreadText.objects.filter(inbound=OuterRef("pk")))
    return InboundMessage.objects.filter(~filed, ~Q(disposition__startswith=ROBOT), handled_at__isnull=False)


def file_all(*, now: datetime, after: int = 0) -> int:
    """File every text later than id `after` that is in no conversation yet, batch after batch; answers how many."""
    filed = 0
    while True:
        batch = list(unfiled().filter(pk__gt=after).order_by("pk")[:BATCH])
        if not batch:
            return filed
        with transaction.atomic():
            filed += sum(file(message, now=now) > 0 for message in batch)
        after = batch[-1].pk


def latest_id() -> int:
    """The id of the last text that came."""
    return InboundMessage.objects.aggregate(last=Max("pk"))["last"] or 0


def open_texts() -> QuerySet[ThreadText]:
    """Texts that wait for a person."""
    return still_open().filter(needs_person=True)


def still_open() -> QuerySet[ThreadText]:
    """Texts that have no end yet."""
    # Spelt as SQL so that SQLite, which cannot see through parameters, uses the partial index.
    return ThreadText.objects.filter(RawSQL("inbox_threadtext.closed_at IS NULL", [], output_field=BooleanField()))


def said(thread: Thread, at: datetime) -> None:
    """Our side has said something at `at`."""
    Thread.objects.filter(pk=thread.pk, last_at__lt=at).update(last_at=at)
