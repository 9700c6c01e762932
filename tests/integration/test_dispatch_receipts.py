"""Receipts: any order, any number of times, before or after our own commit; never a step back."""

from __future__ import annotations

from itertools import count
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging import dispatch, engine, outbox, receipts, record
from messaging.channels.base import Accepted, OutcomeUnknown, TransientFailure
from messaging.channels.memory import Memory
from messaging.channels.twilio_codes import STATUSES
from messaging.domain.delivery import FINAL, Status, Urgency
from messaging.models import Message, Receipt
from tests.support.messages import NOW, HandClock, draft, outbox_with

pytestmark = pytest.mark.django_db

_numbers = count(1000)

RANK = {Status.ACCEPTED: 1, Status.SENT: 2, Status.DELIVERED: 3, Status.UNDELIVERED: 3, Status.FAILED: 3}


def take(message: Message, word: str, *, sid: str = "memory-1", code: str = "") -> str:
    return receipts.take(message.uuid, provider_id=sid, word=word, code=code, now=NOW)


def sent(clock: HandClock) -> Message:
    (message,) = outbox_with(draft())
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
    message.refresh_from_db()
    return message


def test_a_message_goes_its_way(memory: type[Memory], clock: HandClock) -> None:
    message = sent(clock)
    assert [take(message, word) for word in ("queued", "sending", "sent", "delivered")] == [
        "ignored",
        "ignored",
        "applied",
        "applied",
    ]
    message.refresh_from_db()
    assert (message.status, message.finished_at, message.reason) == (Status.DELIVERED, NOW, "")
    assert Receipt.objects.count() == 4


def test_late_and_repeated_receipts_change_nothing(memory: type[Memory], clock: HandClock) -> None:
    message = sent(clock)
    assert take(message, "delivered") == "applied"
    assert take(message, "sent") == "ignored"
    assert take(message, "delivered") == "repeated"
    assert take(message, "failed", code="30008") == "ignored"
    message.refresh_from_db()
    assert (message.status, message.error_code) == (Status.DELIVERED, "")
    assert Receipt.objects.count() == 3


def test_undelivered_is_no_success_and_says_why(memory: type[Memory], clock: HandClock) -> None:
    message = sent(clock)
    take(message, "undelivered", code="30005")
    message.refresh_from_db()
    assert (message.status, message.error_code) == (Status.UNDELIVERED, "30005")
    assert "not in use" in message.reason


def test_a_failure_without_a_code_still_has_a_reason(memory: type[Memory], clock: HandClock) -> None:
    message = sent(clock)
    assert take(message, "failed") == "applied"
    message.refresh_from_db()
    assert message.reason


def test_an_unknown_word_is_kept_and_changes_nothing(memory: type[Memory], clock: HandClock) -> None:
    message = sent(clock)
    assert take(message, "teleported") == "unknown_word"
    message.refresh_from_db()
    assert message.status == Status.ACCEPTED
    assert Receipt.objects.get().status == ""


def test_a_receipt_for_nobody_is_counted_and_forgotten() -> None:
    assert receipts.take(uuid4(), provider_id="SM1", word="sent", code="", now=NOW) == "unknown_message"
    assert not Receipt.objects.exists()


class TestBeforeOurOwnCommit:
    def test_it_heals_a_row_that_is_being_submitted_and_our_answer_changes_nothing_after_it(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (message,) = outbox_with(draft())

        def quick(self: Memory, outgoing: object) -> Accepted:
            assert take(message, "sent", sid="SM7") == "applied"
            return Accepted("SM7")

        monkeypatch.setattr(Memory, "send", quick)
        dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
        message.refresh_from_db()
        assert (message.status, message.provider_id, message.lease_until) == (Status.SENT, "SM7", None)
        assert message.tries.get().outcome == "accepted"

    @pytest.mark.parametrize("failure", [OutcomeUnknown("ReadTimeout"), TransientFailure("503")])
    def test_whatever_we_thought_of_the_answer_the_receipt_knows_better(
        self, memory: type[Memory], clock: HandClock, failure: OutcomeUnknown | TransientFailure
    ) -> None:
        (message,) = outbox_with(draft())
        memory.failures.append(failure)
        dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
        assert take(message, "delivered", sid="SM7") == "applied"
        message.refresh_from_db()
        assert (message.status, message.provider_id) == (Status.DELIVERED, "SM7")
        clock.move(hours=1)
        dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
        assert len(memory.taken) <= 1

    def test_it_heals_a_row_that_another_worker_has_claimed_for_a_second_try(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        (message,) = outbox_with(draft())
        memory.failures.append(TransientFailure("503"))
        dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
        clock.move(minutes=1)
        (held,) = outbox.claim(
            urgency=Urgency.ORDINARY, limit=1, now=clock(), lease=engine.LEASE[Urgency.ORDINARY], worker="worker:2"
        )
        assert take(message, "sent", sid="SM7") == "applied"
        assert not record.begin(held, worker="worker:2", now=clock())

    def test_it_counts_although_our_commit_came_between_its_look_and_its_move(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        (message,) = outbox_with(draft())
        (held,) = outbox.claim(
            urgency=Urgency.ORDINARY, limit=1, now=NOW, lease=engine.LEASE[Urgency.ORDINARY], worker="w"
        )
        record.begin(held, worker="w", now=NOW)
        looked_at = Message.objects.get()
        record.accepted(held, Accepted("SM7"), now=NOW)
        assert record.reported(looked_at, Status.DELIVERED, provider_id="SM7", code="", words="", now=NOW)
        message.refresh_from_db()
        assert message.status == Status.DELIVERED

    def test_of_another_text_it_does_not_although_we_had_not_seen_our_name_yet(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        outbox_with(draft())
        (held,) = outbox.claim(
            urgency=Urgency.ORDINARY, limit=1, now=NOW, lease=engine.LEASE[Urgency.ORDINARY], worker="w"
        )
        record.begin(held, worker="w", now=NOW)
        looked_at = Message.objects.get()
        record.accepted(held, Accepted("SM7"), now=NOW)
        assert not record.reported(looked_at, Status.DELIVERED, provider_id="SM8", code="", words="", now=NOW)

    def test_a_row_that_was_never_handed_over_cannot_be_moved(self, memory: type[Memory]) -> None:
        (message,) = outbox_with(draft())
        assert take(message, "delivered", sid="SM7") == "ignored"
        message.refresh_from_db()
        assert message.status == Status.PLANNED


def test_a_receipt_of_another_text_does_not_move_this_one(memory: type[Memory], clock: HandClock) -> None:
    message = sent(clock)
    assert take(message, "delivered", sid="SM-of-a-doubled-text") == "ignored"
    message.refresh_from_db()
    assert message.status == Status.ACCEPTED


def test_a_name_that_belongs_to_another_message_is_no_error(memory: type[Memory], clock: HandClock) -> None:
    named = sent(clock)
    (other,) = outbox_with(draft("other"))
    memory.failures.append(OutcomeUnknown("ReadTimeout"))
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
    assert take(other, "delivered", sid=named.provider_id) == "ignored"
    other.refresh_from_db()
    assert other.status == Status.IN_DOUBT


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from([*STATUSES, "teleported", ""]), max_size=12), healed=st.booleans())
def test_no_order_of_receipts_moves_a_row_backwards(
    memory: type[Memory],
    words: list[str],
    healed: bool,  # noqa: FBT001
) -> None:
    key, clock = str(uuid4()), HandClock()
    # A phone for each story: one alone would soon have had all that an address gets in an hour.
    (message,) = outbox_with(draft(key, address=f"+1202555{next(_numbers):04d}"))
    name = f"memory-{len(memory.taken) + 1}"
    if healed:
        memory.failures.append(OutcomeUnknown("ReadTimeout"))
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
    passed: list[int] = []
    final: Status | None = None
    for word in words:
        take(message, word, sid=name)
        message.refresh_from_db()
        status = Status(message.status)
        passed.append(RANK.get(status, 0))
        assert final in (None, status), "a final state moved"
        final = status if status in FINAL else None
    assert passed == sorted(passed)
    reported = [RANK[STATUSES[word]] for word in words if word in STATUSES]
    assert RANK.get(Status(message.status), 0 if healed else 1) == max([*reported, 0 if healed else 1])
