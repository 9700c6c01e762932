"""Receipts that come at the same moment, from several web processes."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from messaging import dispatch, receipts, receiving, reconcile
from messaging.channels.base import OutcomeUnknown
from messaging.channels.memory import Memory
from messaging.domain.delivery import Status, Urgency
from messaging.models import Message, Receipt
from tests.support.messages import NOW, HandClock, draft, outbox_with

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = 8


def all_at_once(told: list[tuple[Message, str, str]]) -> list[str]:
    """Every one of `told` (message, name, word) by a hand of its own, all begun at the same moment."""
    start = Barrier(len(told), timeout=20)

    def hand(message: Message, name: str, word: str) -> str:
        start.wait()
        try:
            return receipts.take(message.uuid, provider_id=name, word=word, code="", now=NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(told)) as pool:
        return list(pool.map(lambda one: hand(*one), told))


def test_the_same_word_from_many_moves_it_once(memory: type[Memory], clock: HandClock) -> None:
    (message,) = outbox_with(draft())
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
    results = all_at_once([(message, "memory-1", "delivered")] * HANDS)
    assert sorted(results) == ["applied", *["repeated"] * (HANDS - 1)]
    assert Receipt.objects.get().applied


def test_different_words_end_in_the_furthest(memory: type[Memory], clock: HandClock) -> None:
    messages = outbox_with(*(draft(f"k{n}", address=f"+120255502{n:02d}") for n in range(10)))
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
    for message in messages:
        message.refresh_from_db()
        words = ["queued", "sending", "sent", "sent", "delivered", "delivered", "read", "accepted"]
        random.shuffle(words)
        results = all_at_once([(message, message.provider_id, word) for word in words])
        message.refresh_from_db()
        assert message.status == Status.DELIVERED
        assert 1 <= results.count("applied") <= 2
        assert Receipt.objects.filter(message=message).count() == len(set(words))


def test_two_owners_of_one_name_come_to_terms(memory: type[Memory], clock: HandClock) -> None:
    twins = outbox_with(draft("mother"), draft("son"))
    memory.failures += [OutcomeUnknown("lost"), OutcomeUnknown("ReadTimeout")]
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
    clock.move(seconds=10)
    assert reconcile.resolve_doubts(clock=clock, worker="r") == {"found": 1, "waiting": 1}
    told = [(twin, "memory-1", word) for twin in twins for word in ("sent", "delivered")] * 2
    all_at_once(told)
    rows = {row.status: row for row in Message.objects.all()}
    assert rows[Status.DELIVERED].provider_id == "memory-1"
    assert len(rows) == 2, "the other is in doubt"
    assert rows[Status.IN_DOUBT].provider_id == ""


class TestTrouble:
    """The database fails a receipt at the moment when it comes."""

    def test_a_deadlock_is_over_the_second_time(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (message,) = outbox_with(draft())
        dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
        keep, failures = receiving.keep, [OperationalError("deadlock detected")]

        def chosen(*args: Any, **kwargs: Any) -> str | None:
            if failures:
                raise failures.pop()
            return keep(*args, **kwargs)

        monkeypatch.setattr(receiving, "keep", chosen)
        assert all_at_once([(message, "memory-1", "delivered")]) == ["applied"]
        assert Receipt.objects.get().applied

    def test_a_line_that_was_cut_is_made_anew(self, memory: type[Memory], clock: HandClock) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has no line that could be cut")
        (message,) = outbox_with(draft())
        dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
        with connection.cursor() as cursor, pytest.raises(OperationalError):
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        assert receipts.take(message.uuid, provider_id="memory-1", word="delivered", code="", now=NOW) == "applied"
