"""What is on disk while a provider is asked, and who may still send a row: the ground for every crash."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from messaging import channels, dispatch, engine, handover, outbox, receipts, record
from messaging.channels.base import Accepted, PermanentFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Status, Urgency
from messaging.models import Attempt, Message
from tests.support.messages import NOW, HandClock, draft, mail, outbox_with

pytestmark = pytest.mark.django_db


def run(clock: HandClock, urgency: Urgency = Urgency.ORDINARY, **options: Any) -> dispatch.Tally:
    return dispatch.run(urgency, clock=clock, worker="worker:1", **options)


def only() -> Message:
    return Message.objects.get()


class TestCrashSafety:
    def test_the_row_says_submitting_before_the_provider_hears_of_it(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outbox_with(draft())
        seen: list[tuple[str, int, str]] = []

        def look(self: Memory, outgoing: Any) -> Accepted:
            message = only()
            seen.append((message.status, message.attempts, message.tries.get().outcome))
            return Accepted("SM1")

        monkeypatch.setattr(Memory, "send", look)
        run(clock)
        assert seen == [(Status.SUBMITTING, 1, "asking")]

    def test_a_row_whose_lease_ended_is_not_sent_by_its_old_holder(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        outbox_with(draft())
        (held,) = outbox.claim(
            urgency=Urgency.ORDINARY, limit=1, now=NOW, lease=timedelta(seconds=10), worker="worker:1"
        )
        assert not record.begin(held, worker="worker:1", now=NOW + timedelta(seconds=10))
        assert not record.begin(held, worker="worker:2", now=NOW)
        assert record.begin(held, worker="worker:1", now=NOW)
        assert not record.begin(held, worker="worker:1", now=NOW)

    def test_a_certain_answer_that_came_after_the_lease_still_counts(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        outbox_with(draft())
        lease = timedelta(seconds=10)
        (held,) = outbox.claim(urgency=Urgency.ORDINARY, limit=1, now=NOW, lease=lease, worker="slow")
        assert record.begin(held, worker="slow", now=NOW)
        record.leave_in_doubt(Message.objects.all(), now=NOW + timedelta(minutes=3))
        record.permanent(held, PermanentFailure("smtp-550", "no such mailbox"), worker="slow", now=NOW)
        assert (only().status, only().reason) == (Status.FAILED, "no such mailbox")

    def test_when_the_time_is_up_the_rest_is_given_back(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outbox_with(*(draft(f"k{i}") for i in range(5)))
        send = Memory.send

        def slow(self: Memory, outgoing: Any) -> Accepted:
            clock.move(seconds=10)
            return send(self, outgoing)

        monkeypatch.setattr(Memory, "send", slow)
        run(clock, time_limit=timedelta(seconds=25))
        assert len(memory.taken) == 3
        waiting = Message.objects.filter(status=Status.PLANNED)
        assert waiting.count() == 2
        assert all(m.lease_until is None and m.attempts == 0 for m in waiting)
        monkeypatch.setattr(Memory, "send", send)
        run(clock)
        assert len(memory.taken) == 5

    def test_it_goes_on_batch_after_batch_until_nothing_is_due(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(engine.BATCH, Urgency.ORDINARY, 10)
        outbox_with(*(draft(f"k{i}", address=f"+120255501{i:02}") for i in range(35)))
        assert run(clock).asked == 35
        assert len(memory.taken) == 35


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_provider_is_asked(
    memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_then: list[bool] = []

    begin = handover.Loop.give

    def look(self: handover.Loop, jobs: Sequence[handover.Job], *, places: int) -> None:
        open_then.append(connection.in_atomic_block)
        begin(self, jobs, places=places)

    monkeypatch.setattr(handover.Loop, "give", look)
    outbox_with(draft(), mail())
    run(clock)
    assert set(open_then) == {False}
    assert len(memory.taken) == 2


@pytest.mark.django_db(transaction=True)
def test_asking_from_within_a_transaction_is_refused(memory: type[Memory], clock: HandClock) -> None:
    outbox_with(draft())
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        run(clock)
    assert not memory.taken


def test_a_member_is_made_once_and_replaced_when_settings_change(memory: type[Memory], settings: Any) -> None:
    assert channels.member(Channel.SMS) is channels.member(Channel.SMS)
    assert isinstance(channels.member(Channel.SMS), Memory)
    settings.MESSAGE_CHANNELS = {}
    assert not isinstance(channels.member(Channel.SMS), Memory)


@pytest.mark.django_db(transaction=True)
def test_many_workers_and_receipts_at_once_send_each_message_once(
    memory: type[Memory], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine.BATCH, Urgency.ORDINARY, 7)
    outbox_with(*(draft(f"k{i}", address=f"+1202555{i:04}", body=f"text {i}") for i in range(120)))
    start, done = threading.Barrier(5), threading.Event()

    def work(name: str) -> None:
        start.wait()
        try:
            dispatch.run(Urgency.ORDINARY, clock=HandClock(), worker=name)
        finally:
            connections.close_all()

    def report() -> None:
        """The carrier is quick: its receipts race our own commits."""
        start.wait()
        told = 0
        try:
            while told < 120 and not (done.is_set() and told == len(memory.taken)):
                for name, sent in memory.taken[told:]:
                    for word in ("sent", "delivered", "sent"):
                        receipts.take(sent.uuid, provider_id=name, word=word, code="", now=NOW)
                    told += 1
                done.wait(0.005)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=[f"w{i}"]) for i in range(4)]
    reporter = threading.Thread(target=report)
    for thread in [*workers, reporter]:
        thread.start()
    for thread in workers:
        thread.join()
    done.set()
    reporter.join()
    assert sorted(sent.body for _, sent in memory.taken) == sorted(f"text {i}" for i in range(120))
    assert set(Message.objects.values_list("status", "attempts")) == {(Status.DELIVERED, 1)}
    assert Attempt.objects.filter(outcome="accepted").count() == 120
