"""Addresses that do not work: nothing is sent there, until a person, a delivery or a text from there says otherwise."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from messaging import dispatch, faults, inbound, receipts
from messaging.channels.base import PermanentFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.models import AddressFault, Message
from tests.support.messages import MAILBOX, NOW, PHONE, HandClock, agree, draft, mail, outbox_with

pytestmark = pytest.mark.django_db

CORRECTED = "+12025550124"
SMS_PHONE = (Channel.SMS, PHONE)


def fault(channel: Channel = Channel.SMS, address: str = PHONE, code: str = "30005") -> AddressFault:
    faults.note(channel, address, code=code, words="the number is not in use", now=NOW)
    return AddressFault.objects.get(channel=channel, address__iexact=address, cleared_at=None)


def run(clock: HandClock, urgency: Urgency = Urgency.ORDINARY) -> None:
    dispatch.run(urgency, clock=clock, worker="worker:1")


def ended(message: Message) -> tuple[str, str, str]:
    message.refresh_from_db()
    return message.status, message.error_code, message.reason


class TestWhatStands:
    def test_it_is_noted_once_and_the_first_word_stays(self) -> None:
        fault()
        faults.note(Channel.SMS, PHONE, code="30006", words="a landline", now=NOW + timedelta(days=1))
        assert [(one.code, one.found_at) for one in AddressFault.objects.all()] == [("30005", NOW)]

    def test_it_is_of_one_channel_and_one_address(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        known = fault()
        others = [(Channel.VOICE, PHONE), (Channel.SMS, CORRECTED), (Channel.EMAIL, MAILBOX)]
        with django_assert_num_queries(1):
            assert faults.standing([SMS_PHONE, *others]) == {SMS_PHONE: known}
        with django_assert_num_queries(0):
            assert faults.standing([]) == {}

    def test_a_mailbox_is_the_same_in_capitals(self) -> None:
        known = fault(Channel.EMAIL, "Rosa@Example.org")
        assert faults.standing([(Channel.EMAIL, "rosa@EXAMPLE.org")]) == {(Channel.EMAIL, "rosa@EXAMPLE.org"): known}

    def test_cleared_it_stands_no_more_and_may_come_back(self) -> None:
        assert faults.clear(fault(), by="boss", now=NOW)
        assert faults.standing([SMS_PHONE]) == {}
        assert fault(code="30006").code == "30006"
        assert AddressFault.objects.count() == 2

    def test_it_is_cleared_once(self) -> None:
        known = fault()
        assert faults.clear(known, by="boss", now=NOW)
        assert not faults.clear(known, by="another", now=NOW)
        known.refresh_from_db()
        assert known.cleared_by == "boss"


class TestWhatIsSent:
    def test_nothing_is_sent_there_and_the_message_says_why_and_since_when(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        fault()
        (message,) = outbox_with(draft())
        run(clock)
        status, code, reason = ended(message)
        assert (status, code) == (Status.FAILED, "30005")
        assert "not in use" in reason
        assert "2026-11-23" in reason
        assert not memory.taken

    def test_pages_too_end_at_once_so_that_the_next_step_can_come(self, memory: type[Memory], clock: HandClock) -> None:
        fault()
        (message,) = outbox_with(draft(urgency=Urgency.URGENT, purpose=Purpose.PAGES))
        run(clock, Urgency.URGENT)
        assert ended(message)[0] == Status.FAILED

    def test_other_channels_and_a_corrected_number_are_not_touched(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        fault()
        stored = outbox_with(draft("corrected", address=CORRECTED), mail())
        run(clock)
        assert {ended(message)[0] for message in stored} == {Status.ACCEPTED}

    def test_the_message_that_found_it_is_the_last(self, memory: type[Memory], clock: HandClock) -> None:
        memory.failures.append(PermanentFailure("21614", "not a mobile number", dead_address=True))
        (first,) = outbox_with(draft("first"))
        run(clock)
        assert ended(first) == (Status.FAILED, "21614", "not a mobile number")
        (second,) = outbox_with(draft("second"))
        run(clock)
        assert ended(second)[:2] == (Status.FAILED, "21614")
        assert not memory.taken


class TestWhatClearsIt:
    def test_a_text_from_there(self, memory: type[Memory], clock: HandClock) -> None:
        fault()
        agree()
        text = inbound.Arrival(provider_id="SM1", from_address=PHONE, to_address="+12025550100", body="Thank you")
        inbound.receive(text, now=NOW)
        cleared = AddressFault.objects.get()
        assert (cleared.cleared_at, cleared.cleared_by) == (NOW, faults.BY_TEXT)
        (message,) = outbox_with(draft())
        run(clock)
        assert ended(message)[0] == Status.ACCEPTED

    def test_a_text_from_elsewhere_does_not(self) -> None:
        fault()
        text = inbound.Arrival(provider_id="SM1", from_address=CORRECTED, to_address="+12025550100", body="Thank you")
        inbound.receive(text, now=NOW)
        assert faults.standing([SMS_PHONE])

    def test_a_delivery_there(self, memory: type[Memory], clock: HandClock) -> None:
        (message,) = outbox_with(draft())
        run(clock)
        message.refresh_from_db()
        fault()
        receipts.take(message.uuid, provider_id=message.provider_id, word="sent", code="", now=NOW)
        assert faults.standing([SMS_PHONE]), "that it left says nothing"
        receipts.take(message.uuid, provider_id=message.provider_id, word="delivered", code="", now=NOW)
        assert not faults.standing([SMS_PHONE])
        assert AddressFault.objects.get().cleared_by == faults.BY_DELIVERY

    def test_a_delivery_by_another_channel_does_not(self, memory: type[Memory], clock: HandClock) -> None:
        fault(Channel.VOICE)
        (message,) = outbox_with(draft())
        run(clock)
        message.refresh_from_db()
        receipts.take(message.uuid, provider_id=message.provider_id, word="delivered", code="", now=NOW)
        assert faults.standing([(Channel.VOICE, PHONE)])
