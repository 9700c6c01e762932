"""What follows a report of failure: another try or the end; a number counts as dead, a sender is held, one is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alerts.models import Alarm
from messaging import consent, dispatch, outbox, receipts
from messaging.channels.base import PermanentFailure, TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.models import AddressFault, Attempt, CodeReaction, Message, Sender
from tests.support.messages import NOW, PHONE, HandClock, draft, outbox_with

pytestmark = pytest.mark.django_db


def run(clock: HandClock, urgency: Urgency = Urgency.ORDINARY) -> None:
    dispatch.run(urgency, clock=clock, worker="worker:1")


def sent(clock: HandClock, **changes: Any) -> Message:
    """A text that the carrier took."""
    (message,) = outbox_with(draft(**changes))
    run(clock, Urgency(message.urgency))
    message.refresh_from_db()
    assert message.status == Status.ACCEPTED
    return message


def told(message: Message, word: str, code: str = "", *, sid: str = "", clock: HandClock) -> str:
    """A receipt, about the try that the message stands at unless `sid` names another."""
    name = sid or message.provider_id
    result = receipts.take(message.uuid, provider_id=name, word=word, code=code, now=clock())
    message.refresh_from_db()
    return result


def attempts(message: Message) -> list[tuple[str, str]]:
    return [(attempt.outcome, attempt.provider_id) for attempt in message.tries.order_by("number")]


def after_an_hour(clock: HandClock) -> None:
    clock.move(hours=1, minutes=1)
    run(clock)


class TestAPhoneThatIsOff:
    def test_it_is_tried_twice_more_and_then_ends_and_says_how_often(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        message = sent(clock)
        for _ in range(2):
            assert told(message, "undelivered", "30003", clock=clock) == "applied"
            assert (message.status, message.provider_id, message.error_code) == (Status.PLANNED, "", "30003")
            assert "switched off" in message.reason
            wait = message.due_at - clock()
            assert timedelta(minutes=30) <= wait <= timedelta(minutes=60)
            after_an_hour(clock)
            message.refresh_from_db()
            assert message.status == Status.ACCEPTED
        told(message, "undelivered", "30003", clock=clock)
        assert (message.status, message.attempts) == (Status.UNDELIVERED, 3)
        assert message.reason.endswith("tried 3 times")
        assert attempts(message) == [("returned", "memory-1"), ("returned", "memory-2"), ("accepted", "memory-3")]
        after_an_hour(clock)
        assert len(memory.taken) == 3

    def test_it_is_not_tried_before_its_time(self, memory: type[Memory], clock: HandClock) -> None:
        message = sent(clock)
        told(message, "undelivered", "30003", clock=clock)
        clock.move(minutes=29)
        run(clock)
        assert len(memory.taken) == 1

    def test_it_ends_at_once_when_it_would_expire_first(self, memory: type[Memory], clock: HandClock) -> None:
        message = sent(clock, expires_at=NOW + timedelta(minutes=20))
        told(message, "undelivered", "30003", clock=clock)
        assert message.status == Status.UNDELIVERED

    @pytest.mark.parametrize("word", ["sent", "undelivered"])
    def test_late_words_about_the_try_that_came_back_move_nothing(
        self, memory: type[Memory], clock: HandClock, word: str
    ) -> None:
        message = sent(clock)
        told(message, "undelivered", "30003", clock=clock)
        due = message.due_at
        told(message, word, "30003", sid="memory-1", clock=clock)
        assert (message.status, message.due_at, message.provider_id) == (Status.PLANNED, due, "")
        after_an_hour(clock)
        told(message, word, "30003", sid="memory-1", clock=clock)
        assert (message.status, message.provider_id) == (Status.ACCEPTED, "memory-2")
        assert len(memory.taken) == 2

    def test_that_it_arrived_after_all_ends_it(self, memory: type[Memory], clock: HandClock) -> None:
        message = sent(clock)
        told(message, "undelivered", "30003", clock=clock)
        assert told(message, "delivered", sid="memory-1", clock=clock) == "applied"
        assert message.status == Status.DELIVERED
        after_an_hour(clock)
        assert len(memory.taken) == 1

    def test_what_nobody_wants_any_more_is_not_sent_a_second_time(self, memory: type[Memory], clock: HandClock) -> None:
        message = sent(clock)
        outbox.withdraw([message.pk], reason="the visit was cancelled", now=clock())
        told(message, "undelivered", "30003", clock=clock)
        assert message.status == Status.UNDELIVERED
        after_an_hour(clock)
        assert len(memory.taken) == 1

    def test_what_is_not_agreed_to_any_more_is_not_sent_a_second_time(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        message = sent(clock)
        told(message, "undelivered", "30003", clock=clock)
        consent.record(PHONE, Purpose.REMINDERS, granted=False, source="text", wording="STOP", now=clock())
        after_an_hour(clock)
        message.refresh_from_db()
        assert message.status == Status.SUPPRESSED
        assert len(memory.taken) == 1

    def test_a_page_ends_at_once_so_that_the_next_step_can_come(self, memory: type[Memory], clock: HandClock) -> None:
        message = sent(clock, urgency=Urgency.URGENT, purpose=Purpose.PAGES)
        told(message, "undelivered", "30003", clock=clock)
        assert (message.status, message.error_code) == (Status.UNDELIVERED, "30003")

    def test_a_report_before_our_own_commit_names_the_try_and_is_asked_for_again_soon(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        (message,) = outbox_with(draft())
        Message.objects.filter(pk=message.pk).update(
            status=Status.SUBMITTING,
            attempts=1,
            submitted_at=NOW,
            claimed_by="worker:1",
            lease_until=NOW + timedelta(seconds=90),
        )
        Attempt.objects.create(message=message, number=1, worker="worker:1", started_at=NOW)
        told(message, "undelivered", "30003", sid="memory-9", clock=clock)
        assert (message.status, message.provider_id) == (Status.SENT, "memory-9")
        assert message.next_look_at == NOW + timedelta(minutes=2)
        clock.move(minutes=2)
        told(message, "undelivered", "30003", sid="memory-9", clock=clock)
        assert message.status == Status.PLANNED
        assert attempts(message) == [("returned", "memory-9")]


class TestTheEnd:
    def test_a_number_that_is_not_in_use_counts_as_dead(self, memory: type[Memory], clock: HandClock) -> None:
        message = sent(clock)
        told(message, "undelivered", "30005", clock=clock)
        fault = AddressFault.objects.get()
        assert (message.status, fault.address, fault.channel, fault.code) == ("undelivered", PHONE, "sms", "30005")

    def test_what_the_network_filtered_is_told_to_the_operator_once(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        for key in ("a", "b"):
            told(sent(clock, key=key), "undelivered", "30007", clock=clock)
        (alarm,) = Alarm.objects.all()
        assert "30007" in alarm.words
        assert not AddressFault.objects.exists()

    def test_one_who_has_blocked_us_has_said_no(self, memory: type[Memory], clock: HandClock) -> None:
        message = sent(clock)
        told(message, "undelivered", "63014", clock=clock)
        assert message.status == Status.UNDELIVERED
        assert consent.state(PHONE, Purpose.REMINDERS) is False

    def test_a_blocked_message_ends_and_says_nothing_of_the_number(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        message = sent(clock)
        told(message, "undelivered", "30004", clock=clock)
        assert (message.status, message.reason) == (Status.UNDELIVERED, "the message was blocked")
        assert not AddressFault.objects.exists()
        assert not Alarm.objects.exists()

    def test_without_a_code_it_ends(self, memory: type[Memory], clock: HandClock) -> None:
        message = sent(clock)
        told(message, "undelivered", clock=clock)
        assert message.status == Status.UNDELIVERED
        assert message.reason

    def test_the_second_text_that_no_route_takes_marks_the_number(self, memory: type[Memory], clock: HandClock) -> None:
        told(sent(clock, key="a"), "undelivered", "21612", clock=clock)
        assert not AddressFault.objects.exists()
        told(sent(clock, key="b"), "undelivered", "21612", clock=clock)
        assert AddressFault.objects.get().code == "21612"

    def test_so_it_does_when_it_is_refused_at_once(self, memory: type[Memory], clock: HandClock) -> None:
        for key in ("a", "b"):
            memory.failures.append(PermanentFailure("21612", "cannot be reached from our sender"))
            outbox_with(draft(key))
            run(clock)
        assert AddressFault.objects.get().code == "21612"


class TestAnUnknownCode:
    def test_from_a_network_it_is_tried_once_more_and_the_operator_hears_of_it(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        message = sent(clock)
        told(message, "undelivered", "39999", clock=clock)
        assert message.status == Status.PLANNED
        assert "39999" in Alarm.objects.get().words
        after_an_hour(clock)
        message.refresh_from_db()
        told(message, "undelivered", "39999", clock=clock)
        assert (message.status, message.attempts) == (Status.UNDELIVERED, 2)

    def test_of_the_carriers_own_it_ends(self, memory: type[Memory], clock: HandClock) -> None:
        message = sent(clock)
        told(message, "failed", "39999", clock=clock)
        assert message.status == Status.FAILED
        assert Alarm.objects.count() == 1


class TestABrokenAccount:
    def test_it_stops_the_sender_keeps_the_message_and_tells_the_operator(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        message = sent(clock)
        told(message, "failed", "30002", clock=clock)
        assert (message.status, message.error_code) == (Status.PLANNED, "30002")
        held = Sender.objects.get(held_since__isnull=False)
        assert (held.channel, held.address, held.held_code) == (Channel.SMS, "", "30002")
        assert Alarm.objects.filter(closed_at__isnull=True).count() == 1

    def test_a_page_ends_and_stops_it_as_well(self, memory: type[Memory], clock: HandClock) -> None:
        message = sent(clock, urgency=Urgency.URGENT, purpose=Purpose.PAGES)
        told(message, "failed", "30002", clock=clock)
        assert message.status == Status.FAILED
        assert Sender.objects.filter(held_since__isnull=False).exists()

    def test_one_sender_alone_is_stopped_where_only_that_is_at_fault(
        self, memory: type[Memory], clock: HandClock, settings: Any
    ) -> None:
        settings.TWILIO_FROM_REMINDERS = "+12025550100"
        told(sent(clock), "undelivered", "30034", clock=clock)
        assert Sender.objects.get(held_since__isnull=False).address == "+12025550100"


class TestRefusedAtOnce:
    def test_tries_that_are_used_up_end_it(self, memory: type[Memory], clock: HandClock) -> None:
        (message,) = outbox_with(draft())
        memory.failures += [TransientFailure("smtp-552", "the mailbox is full", tries=2)] * 5
        for _ in range(5):
            run(clock)
            clock.move(minutes=20)
        message.refresh_from_db()
        assert (message.status, message.attempts) == (Status.FAILED, 3)
        assert message.reason == "the mailbox is full; tried 3 times"

    def test_what_calls_for_the_operator_is_told(self, memory: type[Memory], clock: HandClock) -> None:
        memory.failures.append(PermanentFailure("21408", "our account may not send to this country", operator=True))
        outbox_with(draft())
        run(clock)
        assert "21408" in Alarm.objects.get().words


class TestWhatStaffHaveDecided:
    def test_it_holds_in_place_of_the_default(self, memory: type[Memory], clock: HandClock) -> None:
        CodeReaction.objects.create(
            code="30003", reaction="other_way", note="Phones are off at night here", changed_by="boss"
        )
        message = sent(clock)
        told(message, "undelivered", "30003", clock=clock)
        assert message.status == Status.UNDELIVERED

    def test_it_makes_an_unknown_code_a_known_one(self, memory: type[Memory], clock: HandClock) -> None:
        CodeReaction.objects.create(code="39999", reaction="address", words="the number was sold", note="As told")
        message = sent(clock)
        told(message, "undelivered", "39999", clock=clock)
        assert (message.status, message.reason) == (Status.UNDELIVERED, "the number was sold")
        assert AddressFault.objects.get().words == "the number was sold"
        assert not Alarm.objects.exists()
