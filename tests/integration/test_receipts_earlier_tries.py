"""Receipts about a try that is over, and about a name that was given to the wrong one of two twins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging import dispatch, faults, receipts, reconcile
from messaging.channels.base import OutcomeUnknown, TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Status, Urgency
from messaging.models import Attempt, Message, Receipt
from tests.support.messages import HandClock, draft, outbox_with

pytestmark = pytest.mark.django_db

LOST = OutcomeUnknown("ReadTimeout")
NEVER_ARRIVED = OutcomeUnknown("lost")
#: The phone is off: worth another try later.
SWITCHED_OFF = "30003"


def run(clock: HandClock) -> None:
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")


def take(message: Message, word: str, name: str, clock: HandClock, code: str = "") -> str:
    return receipts.take(message.uuid, provider_id=name, word=word, code=code, now=clock())


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


@pytest.fixture
def returned(memory: type[Memory], clock: HandClock) -> Message:
    """A text whose first try, memory-1, came back from the network; it waits for the second."""
    (message,) = outbox_with(draft())
    run(clock)
    assert take(message, "undelivered", "memory-1", clock, SWITCHED_OFF) == "applied"
    message = fresh(message)
    assert (message.status, message.provider_id) == (Status.PLANNED, "")
    assert message.tries.get().outcome == Attempt.Outcome.RETURNED
    return message


class TestReturned:
    @pytest.mark.parametrize("word", ["undelivered", "failed", "sent", "queued"])
    def test_what_is_said_of_the_first_try_does_not_stop_the_second(
        self, returned: Message, clock: HandClock, word: str
    ) -> None:
        assert take(returned, word, "memory-1", clock, SWITCHED_OFF) in ("ignored", "repeated")
        assert fresh(returned).status == Status.PLANNED
        clock.now = returned.due_at
        run(clock)
        assert take(returned, word, "memory-1", clock, SWITCHED_OFF) == "repeated"
        message = fresh(returned)
        assert (message.status, message.provider_id) == (Status.ACCEPTED, "memory-2")
        assert take(returned, "delivered", "memory-2", clock) == "applied"

    def test_that_the_first_arrived_after_all_ends_it(
        self, returned: Message, clock: HandClock, memory: type[Memory]
    ) -> None:
        assert take(returned, "delivered", "memory-1", clock) == "applied"
        message = fresh(returned)
        assert (message.status, message.provider_id) == (Status.DELIVERED, "memory-1")
        clock.now = returned.due_at
        run(clock)
        assert len(memory.taken) == 1

    @pytest.mark.parametrize("word", ["undelivered", "sent"])
    def test_nor_while_the_second_try_has_no_name_yet(
        self, returned: Message, clock: HandClock, memory: type[Memory], word: str
    ) -> None:
        clock.now = returned.due_at
        memory.failures.append(LOST)
        run(clock)
        assert fresh(returned).status == Status.IN_DOUBT
        assert take(returned, word, "memory-1", clock, "30005") in ("ignored", "repeated")
        assert fresh(returned).status == Status.IN_DOUBT
        assert take(returned, "sent", "memory-2", clock) == "applied"
        assert fresh(returned).provider_id == "memory-2"

    def test_what_is_said_of_the_second_before_its_name_is_known_counts(
        self, returned: Message, clock: HandClock, memory: type[Memory]
    ) -> None:
        clock.now = returned.due_at
        memory.failures.append(LOST)
        run(clock)
        assert take(returned, "undelivered", "memory-2", clock, "30005") == "applied"
        assert fresh(returned).status == Status.UNDELIVERED


class TestProvenAbsent:
    """The first try was not in the log, but perhaps the log was late: nobody knows its name."""

    @pytest.fixture
    def again(self, memory: type[Memory], clock: HandClock) -> Message:
        (message,) = outbox_with(draft())
        memory.failures += [NEVER_ARRIVED, LOST]
        run(clock)
        clock.now += reconcile.SETTLING
        assert reconcile.resolve_doubts(clock=clock, worker="r") == {"sent_again": 1}
        return message

    def test_a_failure_of_a_name_unknown_to_us_may_be_either_tries_and_is_only_kept(
        self, again: Message, clock: HandClock
    ) -> None:
        assert take(again, "undelivered", "SM-late", clock, "30005") == "ignored"
        run(clock)
        assert fresh(again).status == Status.IN_DOUBT
        assert take(again, "undelivered", "SM-late", clock, "30005") == "repeated"
        assert fresh(again).status == Status.IN_DOUBT
        clock.move(seconds=10)
        assert reconcile.resolve_doubts(clock=clock, worker="r") == {"found": 1}
        assert fresh(again).provider_id == "memory-1"

    def test_that_it_is_on_its_way_after_all_stops_the_second_try(
        self, again: Message, clock: HandClock, memory: type[Memory]
    ) -> None:
        assert take(again, "sent", "SM-late", clock) == "applied"
        run(clock)
        assert (fresh(again).status, memory.taken) == (Status.SENT, [])


def test_what_was_of_no_use_when_it_came_is_applied_when_it_is_said_again(
    memory: type[Memory], clock: HandClock
) -> None:
    (message,) = outbox_with(draft())
    assert take(message, "delivered", "memory-1", clock) == "ignored"
    run(clock)
    assert take(message, "delivered", "memory-1", clock) == "applied"
    assert Receipt.objects.get().applied


def test_a_failure_said_of_a_try_that_was_not_taken_lets_the_next_one_go(
    memory: type[Memory], clock: HandClock
) -> None:
    (message,) = outbox_with(draft())
    memory.failures.append(TransientFailure("30001"))
    run(clock)
    assert take(message, "failed", "SM-odd", clock, "30005") == "ignored"
    clock.move(minutes=1)
    run(clock)
    assert fresh(message).status == Status.ACCEPTED


class TestTwins:
    """Mother and son on one phone. Hers was taken and the answer lost; his was never taken."""

    @pytest.fixture
    def guessed_wrong(self, memory: type[Memory], clock: HandClock) -> tuple[Message, Message]:
        first, second = outbox_with(draft("first"), draft("second", due_at=clock.now + timedelta(microseconds=1)))
        clock.move(microseconds=1)
        # The older one was never taken: the log holds one name, and the older one gets it.
        memory.failures += [NEVER_ARRIVED, LOST]
        run(clock)
        clock.move(seconds=10)
        assert reconcile.resolve_doubts(clock=clock, worker="r") == {"found": 1, "waiting": 1}
        holder = Message.objects.get(provider_id="memory-1")
        owner = first if holder.pk == second.pk else second
        return fresh(owner), holder

    @pytest.mark.parametrize(("word", "ends"), [("delivered", Status.DELIVERED), ("undelivered", Status.UNDELIVERED)])
    def test_the_name_goes_to_whom_the_receipt_says_and_the_other_is_looked_for_again(
        self,
        guessed_wrong: tuple[Message, Message],
        clock: HandClock,
        memory: type[Memory],
        word: str,
        ends: Status,
    ) -> None:
        owner, holder = guessed_wrong
        assert take(owner, word, "memory-1", clock, "30005" if word == "undelivered" else "") == "applied"
        owner, holder = fresh(owner), fresh(holder)
        assert (owner.status, owner.provider_id) == (ends, "memory-1")
        assert (holder.status, holder.provider_id, holder.accepted_at) == (Status.IN_DOUBT, "", None)
        assert "another message's" in holder.reason
        assert holder.tries.get().outcome == Attempt.Outcome.UNKNOWN
        clock.move(minutes=2)
        assert reconcile.resolve_doubts(clock=clock, worker="r") == {"sent_again": 1}

    def test_a_name_that_the_carriers_own_answer_gave_stays(self, memory: type[Memory], clock: HandClock) -> None:
        named, doubtful = outbox_with(draft("named"), draft("doubtful"))
        memory.failures.append(LOST)
        run(clock)
        rows = {message.status: message for message in (fresh(named), fresh(doubtful))}
        holder, owner = rows[Status.ACCEPTED], rows[Status.IN_DOUBT]
        assert take(owner, "delivered", holder.provider_id, clock) == "ignored"
        assert (fresh(owner).status, fresh(holder).status) == (Status.IN_DOUBT, Status.ACCEPTED)
        assert not Receipt.objects.get().applied

    def test_what_has_ended_keeps_its_name(self, guessed_wrong: tuple[Message, Message], clock: HandClock) -> None:
        owner, holder = guessed_wrong
        Message.objects.filter(pk=holder.pk).update(status=Status.DELIVERED, finished_at=clock())
        assert take(owner, "delivered", "memory-1", clock) == "ignored"
        assert fresh(owner).status == Status.IN_DOUBT


@pytest.mark.parametrize("word", ["queued", "sent", "delivered"])
def test_a_receipt_takes_two_statements(memory: type[Memory], clock: HandClock, word: str) -> None:
    (message,) = outbox_with(draft())
    run(clock)
    with CaptureQueriesContext(connection) as queries:
        take(message, word, "memory-1", clock)
    # In a test the transaction is a savepoint.
    statements = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert [statement.split()[0] for statement in statements] == ["UPDATE", "INSERT"]


def test_what_is_delivered_disproves_that_nothing_arrives_there(memory: type[Memory], clock: HandClock) -> None:
    (message,) = outbox_with(draft())
    run(clock)
    changes: dict[str, Any] = {"code": "30005", "words": "the number is not in use", "now": clock()}
    faults.note(Channel.SMS, message.address, **changes)
    take(message, "sent", "memory-1", clock)
    assert faults.standing([(Channel.SMS, message.address)])
    take(message, "delivered", "memory-1", clock)
    assert not faults.standing([(Channel.SMS, message.address)])
