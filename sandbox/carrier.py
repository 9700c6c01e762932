"""The carrier's clockwork: moves texts and calls along, and owes, claims and settles the callbacks about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from sandbox import exchange, lifecycle, notices, robot, telephone, twiml
from sandbox import mood as moods
from sandbox.models import Call, Callback, Mood, Text
from sandbox.router import ALIAS

LEASE = timedelta(seconds=40)
RETRY_AFTER = timedelta(seconds=1)
MOST_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from the product: an HTTP status, or 0 and the fault when nothing did."""

    status: int
    body: str = ""
    fault: str = ""

    @property
    def taken(self) -> bool:
        """Whether the product took the request."""
        return 200 <= self.status < 300

    @property
    def refused_connection(self) -> bool:
        """Nobody listens there (yet)."""
        return self.fault == "ConnectionRefusedError"


def advance(now: datetime, *, limit: int = 200) -> int:
    """Move what is due one step, in one immediate transaction: a second carrier finds nothing left."""
    texts = Text.objects.filter(next_at__lte=now).order_by("next_at", "id")
    calls = Call.objects.filter(next_at__lte=now).order_by("next_at", "id")
    moved = 0
    if texts.exists():
        with transaction.atomic(using=ALIAS):
            due = list(texts.select_related("phone")[:limit])
            _move_texts(due, moods.current(), now)
            moved += len(due)
    if calls.exists():
        with transaction.atomic(using=ALIAS):
            ringing = list(calls.select_related("phone")[:limit])
            for call in ringing:
                telephone.step(call, mood=moods.current(), now=now)
            moved += len(ringing)
    return moved


def _move_texts(due: Sequence[Text], mood: Mood, now: datetime) -> None:
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    owed: list[Callback] = []
    arrived: list[Text] = []
    for text in due:
        status = lifecycle.after(text.status, ending=text.ending)
        groups[status, text.ending].append(text.pk)
        if status == "delivered":
            arrived.append(text)
        if text.callback_url:
            owed += _receipts(text, status, mood, now)
    for (status, ending), ids in groups.items():
        ends = not lifecycle.after(status, ending=ending)
        changes: dict[str, object] = {"status": status, "updated_at": now}
        changes["next_at"] = None if ends else now + timedelta(milliseconds=mood.step_ms)
        if status == "sent":
            changes["sent_at"] = now
        if ends and status in {"delivered", "sent"}:
            changes["seen"] = False
        Text.objects.filter(pk__in=ids).update(**changes)
    Callback.objects.bulk_create(owed)
    robot.answer(arrived, now=now)


def _receipts(text: Text, status: str, mood: Mood, now: datetime) -> list[Callback]:
    """The callbacks that `text` owes for becoming `status`: none, one or two, and when, by the mood's luck."""

    def struck(name: str) -> bool:
        return moods.strikes(mood, name, serial=text.serial, detail=f"{status}:{text.serial or text.sid}")

    if struck("callback_lost"):
        return []
    step = timedelta(milliseconds=mood.step_ms)
    due = now + timedelta(milliseconds=mood.callback_delay_ms)
    if lifecycle.after(status, ending=text.ending) and struck("callback_reordered"):
        due += 4 * step
    times = [due, due + step / 2] if struck("callback_doubled") else [due]
    fields = notices.receipt(text, status=status, at=now)
    url = text.callback_url.partition("#")[0]
    return [Callback(kind=Callback.STATUS, text=text, url=url, fields=fields, due_at=at) for at in times]


def claim_callbacks(now: datetime, *, limit: int = 50) -> list[Callback]:
    """Take due callbacks under a lease: whoever else looks finds them not due, until the lease ends."""
    due = Callback.objects.filter(due_at__lte=now)
    if not due.exists():
        return []
    with transaction.atomic(using=ALIAS):
        claimed = list(due.order_by("due_at", "id").select_related("text__phone", "call__phone")[:limit])
        Callback.objects.filter(pk__in=[one.pk for one in claimed]).update(due_at=now + LEASE)
    return claimed


def settle(done: Sequence[tuple[Callback, Answer]], now: datetime, *, patient: bool = False) -> None:
    """Record what became of claimed callbacks. `patient`: nobody has listened yet, so a refusal counts for nothing."""
    if not done:
        return
    with transaction.atomic(using=ALIAS):
        for callback, answer in done:
            if answer.taken:
                _hear(callback, answer, now)
            elif patient and answer.refused_connection:
                Callback.objects.filter(pk=callback.pk).update(due_at=now + RETRY_AFTER)
            else:
                _blame(callback, answer, now)
        Callback.objects.filter(pk__in=[callback.pk for callback, answer in done if answer.taken]).delete()


def _hear(callback: Callback, answer: Answer, now: datetime) -> None:
    """Do what the product's answer asks for."""
    if callback.kind == Callback.INBOUND and callback.text is not None:
        for body in twiml.texts(answer.body):
            exchange.answer(callback.text, body=body, now=now)
    elif callback.kind == Callback.SCRIPT and callback.call is not None:
        telephone.read_script(callback.call, answer.body, now=now)


def _blame(callback: Callback, answer: Answer, now: datetime) -> None:
    """Once more after a fault or a 5xx, as the carrier does; a 4xx is final."""
    attempts = callback.attempts + 1
    again = attempts < MOST_ATTEMPTS and not 400 <= answer.status < 500
    Callback.objects.filter(pk=callback.pk).update(
        attempts=attempts,
        fault=answer.fault or f"HTTP {answer.status}",
        due_at=now + RETRY_AFTER if again else None,
    )
