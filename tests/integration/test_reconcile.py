"""What dead workers and lost answers leave behind, and how it is put right without a text too many."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from messaging import bulk, dispatch, outbox, receipts, reconcile, record
from messaging.channels.base import Accepted, OutcomeUnknown, Outgoing, TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.models import Attempt, Message
from tests.support.messages import NOW, HandClock, draft, mail, outbox_with

pytestmark = pytest.mark.django_db

LOST = OutcomeUnknown("ReadTimeout")
NEVER_ARRIVED = OutcomeUnknown("lost")


def run(clock: HandClock) -> None:
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")


def look(clock: HandClock) -> dict[str, int]:
    return reconcile.resolve_doubts(clock=clock, worker="reconciler:1")


def only() -> Message:
    return Message.objects.get()


def in_doubt(memory: type[Memory], clock: HandClock, failure: OutcomeUnknown, **changes: Any) -> Message:
    (message,) = outbox_with(draft(**changes))
    memory.failures.append(failure)
    run(clock)
    message.refresh_from_db()
    assert message.status == Status.IN_DOUBT
    return message


def page_by_call(key: str) -> outbox.Draft:
    return draft(
        key,
        channel=Channel.VOICE,
        purpose=Purpose.PAGES,
        urgency=Urgency.URGENT,
        body="A red flag.",
        answer_path=f"/said/{key}/",
    )


def run_urgent(clock: HandClock) -> None:
    dispatch.run(Urgency.URGENT, clock=clock, worker="worker:1")


class TestEndedLeases:
    def test_a_row_that_was_only_claimed_waits_again(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(draft())
        outbox.claim(urgency=Urgency.ORDINARY, limit=1, now=NOW, lease=timedelta(seconds=60), worker="dead")
        clock.move(seconds=59)
        assert reconcile.recover_leases(now=clock()) == (0, 0)
        clock.move(seconds=1)
        assert reconcile.recover_leases(now=clock()) == (1, 0)
        message = only()
        assert (message.status, message.lease_until, message.attempts) == (Status.PLANNED, None, 0)
        run(clock)
        assert len(memory.taken) == 1

    def test_a_row_whose_worker_died_while_asking_is_in_doubt(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(draft())
        (held,) = outbox.claim(urgency=Urgency.ORDINARY, limit=1, now=NOW, lease=timedelta(seconds=60), worker="dead")
        assert record.begin(held, worker="dead", now=NOW)
        clock.now = NOW + bulk.SUBMIT_LEASE[Urgency.ORDINARY]
        assert reconcile.recover_leases(now=clock()) == (0, 1)
        message = only()
        assert message.status == Status.IN_DOUBT
        assert message.reason
        run(clock)
        assert not memory.taken, "nothing in doubt is sent because time has passed"
        # The carrier's log does not hold it, and it has settled: now it is sent, once.
        assert look(clock) == {"sent_again": 1}
        run(clock)
        run(clock)
        assert len(memory.taken) == 1
        assert [a.outcome for a in Attempt.objects.order_by("number")] == ["absent", "accepted"]

    def test_the_answer_of_a_worker_that_was_only_slow_still_counts(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        outbox_with(draft())
        (held,) = outbox.claim(urgency=Urgency.ORDINARY, limit=1, now=NOW, lease=timedelta(seconds=60), worker="slow")
        record.begin(held, worker="slow", now=NOW)
        clock.now = NOW + bulk.SUBMIT_LEASE[Urgency.ORDINARY]
        reconcile.recover_leases(now=clock())
        record.accepted(held, Accepted("SM1"), now=clock())
        message = only()
        assert (message.status, message.provider_id) == (Status.ACCEPTED, "SM1")
        assert look(clock) == {}


class TestDoubts:
    def test_found_in_the_carriers_log_it_is_adopted_and_not_sent_again(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        in_doubt(memory, clock, LOST)
        clock.move(seconds=10)
        assert look(clock) == {"found": 1}
        message = only()
        assert (message.status, message.provider_id, message.reason) == (Status.ACCEPTED, "memory-1", "")
        assert message.tries.get().provider_id == "memory-1"
        run(clock)
        assert len(memory.taken) == 1

    def test_absence_proves_nothing_before_the_log_has_settled(self, memory: type[Memory], clock: HandClock) -> None:
        in_doubt(memory, clock, NEVER_ARRIVED)
        clock.move(seconds=10)
        assert look(clock) == {"waiting": 1}
        assert look(clock) == {}, "the next look comes later"
        clock.move(seconds=25)
        assert look(clock) == {"waiting": 1}
        clock.now = NOW + reconcile.SETTLING
        assert look(clock) == {"sent_again": 1}
        run(clock)
        assert len(memory.taken) == 1
        assert only().attempts == 2

    def test_proven_absent_and_too_late_it_expires(self, memory: type[Memory], clock: HandClock) -> None:
        in_doubt(memory, clock, NEVER_ARRIVED, expires_at=NOW + timedelta(seconds=30))
        clock.now = NOW + reconcile.SETTLING
        assert look(clock) == {"expired": 1}
        message = only()
        assert message.status == Status.EXPIRED
        assert message.reason
        run(clock)
        assert not memory.taken

    def test_while_the_carrier_cannot_be_asked_it_stays_in_doubt(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        in_doubt(memory, clock, NEVER_ARRIVED)

        def silent(*_: Any, **__: Any) -> list[Accepted]:
            raise TransientFailure("connect")

        monkeypatch.setattr(Memory, "find", silent)
        clock.move(hours=6)
        assert look(clock) == {"carrier_silent": 1}
        assert only().status == Status.IN_DOUBT
        # A day after it has lost its use nobody will find out any more: it ends, and says why.
        clock.move(days=2)
        assert look(clock) == {"given_up": 1}
        message = only()
        assert message.status == Status.FAILED
        assert "could not be asked" in message.reason

    def test_a_silent_carrier_is_asked_once_a_round(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outbox_with(*(draft(f"k{i}", body=f"text {i}") for i in range(5)))
        memory.failures += [OutcomeUnknown("lost") for _ in range(5)]
        run(clock)
        asked: list[str] = []

        def silent(self: Memory, outgoing: Outgoing, *, since: datetime) -> list[Accepted]:
            asked.append(outgoing.body)
            raise TransientFailure("connect")

        monkeypatch.setattr(Memory, "find", silent)
        clock.move(minutes=2)
        assert look(clock) == {"carrier_silent": 1}
        assert len(asked) == 1
        monkeypatch.undo()
        clock.move(minutes=1)
        assert look(clock) == {"sent_again": 5}

    def test_twins_with_the_same_words_share_what_was_found_one_each(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        # Mother and son on one phone, the same reminder for both: one arrived, one did not.
        outbox_with(draft("mother"), draft("son", due_at=NOW + timedelta(microseconds=1)))
        clock.move(microseconds=1)
        memory.failures += [LOST, NEVER_ARRIVED]
        run(clock)
        assert len(memory.taken) == 1
        clock.now = NOW + reconcile.SETTLING + timedelta(seconds=1)
        assert look(clock) == {"found": 1, "sent_again": 1}
        run(clock)
        assert len(memory.taken) == 2
        assert set(Message.objects.values_list("status", flat=True)) == {Status.ACCEPTED}
        assert Message.objects.values("provider_id").distinct().count() == 2

    def test_a_call_that_may_be_another_pages_is_not_taken_for_this_ones(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        # Two red flags ring one nurse's phone; the carrier's log says whom it rang, not what for.
        outbox_with(*(page_by_call(key) for key in ("first", "second")))
        memory.failures += [NEVER_ARRIVED, LOST]
        run_urgent(clock)
        assert len(memory.taken) == 1
        clock.now = NOW + reconcile.HASTY_SETTLING
        assert look(clock) == {"sent_again": 2}
        run_urgent(clock)
        rung = [kept.answer_url for _, kept in memory.taken]
        assert len(set(rung)) == 2, "each of them has rung"
        assert max(rung.count(url) for url in rung) <= 2, "and none more than once too often"
        assert set(Message.objects.values_list("status", flat=True)) == {Status.ACCEPTED}

    def test_a_call_that_can_be_no_others_is_taken_for_this_one(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(*(page_by_call(key) for key in ("first", "second")))
        memory.failures += [LOST]
        run_urgent(clock)
        clock.move(seconds=10)
        assert look(clock) == {"found": 1}
        assert len(memory.taken) == 2

    def test_a_name_that_was_given_to_a_twin_meanwhile_is_not_taken_twice(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        mother, son = outbox_with(draft("mother"), draft("son"))
        memory.failures.append(LOST)
        run(clock)
        doubtful = Message.objects.get(status=Status.IN_DOUBT)
        named = Message.objects.exclude(pk=doubtful.pk).get()
        record.accepted(doubtful, Accepted(named.provider_id), now=clock())
        doubtful.refresh_from_db()
        assert doubtful.status == Status.IN_DOUBT
        assert {mother.pk, son.pk} == {doubtful.pk, named.pk}

    def test_a_receipt_settles_it_before_the_log_is_asked(self, memory: type[Memory], clock: HandClock) -> None:
        message = in_doubt(memory, clock, LOST)
        receipts.take(message.uuid, provider_id="memory-1", word="delivered", code="", now=clock())
        assert only().status == Status.DELIVERED
        clock.move(hours=1)
        assert look(clock) == {}

    def test_a_receipt_during_the_look_wins(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message = in_doubt(memory, clock, LOST)
        clock.now = NOW + reconcile.SETTLING

        def meanwhile(self: Memory, outgoing: Outgoing, *, since: datetime) -> list[Accepted]:
            receipts.take(message.uuid, provider_id="memory-1", word="sent", code="", now=clock())
            return []

        monkeypatch.setattr(Memory, "find", meanwhile)
        assert look(clock) == {"healed": 1}
        assert only().status == Status.SENT
        run(clock)
        assert len(memory.taken) == 1

    def test_two_reconcilers_do_not_look_at_the_same_row(self, memory: type[Memory], clock: HandClock) -> None:
        in_doubt(memory, clock, NEVER_ARRIVED)
        clock.move(seconds=10)
        assert len(reconcile._take_doubts(now=clock(), worker="a")) == 1
        assert reconcile._take_doubts(now=clock(), worker="b") == []

    def test_it_asks_from_a_little_before_the_request_on(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[datetime] = []

        def note(self: Memory, outgoing: Outgoing, *, since: datetime) -> list[Accepted]:
            asked.append(since)
            return []

        in_doubt(memory, clock, NEVER_ARRIVED)
        monkeypatch.setattr(Memory, "find", note)
        clock.move(seconds=10)
        look(clock)
        assert asked == [NOW - reconcile.CLOCK_DIFFERENCE]


class TestMail:
    @pytest.fixture(autouse=True)
    def _keeps_no_log(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Memory, "keeps_log", False)

    def test_a_mail_in_doubt_is_never_sent_again_and_ends_as_failed(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        outbox_with(mail())
        memory.failures.append(NEVER_ARRIVED)
        run(clock)
        clock.move(minutes=5)
        assert look(clock) == {"waiting": 1}
        clock.move(minutes=6)
        assert look(clock) == {"given_up": 1}
        message = only()
        assert (message.channel, message.status) == (Channel.EMAIL, Status.FAILED)
        assert "nobody knows" in message.reason
        run(clock)
        assert not memory.taken
