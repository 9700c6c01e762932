"""The engine at a breaker, in a pause and at the flood guard: what waits, what goes on, and what is said of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alerts import alarm_pages
from alerts.domain.policy import Role
from alerts.models import Alarm
from messaging import breakers, dispatch, guard, limits, senders
from messaging.channels.base import TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.models import Message, Sender
from tests.support import red_flags as flags
from tests.support.canned import canned_carrier
from tests.support.messages import NOW, HandClock, draft, mail, outbox_with

pytestmark = pytest.mark.django_db
ACCOUNT = {"holds_sender": True, "whole_account": True}
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def run(clock: HandClock, urgency: Urgency = Urgency.ORDINARY) -> int:
    return dispatch.run(urgency, clock=clock, worker="worker:1").asked


def refuse(memory: type[Memory], times: int, *, code: str = "20003", **kind: Any) -> None:
    memory.failures += [TransientFailure(code, "no credentials", retry_after=300, **(kind or ACCOUNT))] * times


def numbers(count: int) -> list[str]:
    return [f"+120255502{number:02}" for number in range(count)]


def texts(count: int, **changes: Any) -> list[Message]:
    """To as many phones."""
    return outbox_with(*(draft(f"text-{address}", address=address, **changes) for address in numbers(count)))


def statuses() -> dict[str, int]:
    rows = list(Message.objects.values_list("status", flat=True))
    return {status: rows.count(status) for status in set(rows)}


class TestARefusedAccount:
    def test_it_asks_once_keeps_the_queue_and_moves_no_due_time(self, memory: type[Memory], clock: HandClock) -> None:
        texts(50)
        refuse(memory, 50)
        asked = run(clock)
        # What was on its way together with the first, and nothing after it.
        assert asked <= 8
        assert statuses() == {"planned": 50}
        assert set(Message.objects.values_list("due_at", flat=True)) == {NOW}
        memory.failures.clear()
        clock.move(seconds=30)
        assert run(clock) == 0
        assert Alarm.objects.count() == 1

    def test_it_sends_mail_all_the_while(self, memory: type[Memory], clock: HandClock) -> None:
        texts(3)
        refuse(memory, 1)
        run(clock)
        memory.failures.clear()
        outbox_with(mail())
        assert run(clock) == 1
        assert memory.taken[0][1].channel is Channel.EMAIL

    def test_it_tries_one_message_and_then_everything_flows(self, memory: type[Memory], clock: HandClock) -> None:
        texts(20)
        refuse(memory, 1)
        run(clock)
        clock.move(seconds=61)
        refuse(memory, 1)
        assert run(clock) == 1
        clock.move(seconds=121)
        assert run(clock) == 20
        assert statuses() == {"accepted": 20}
        assert Alarm.objects.get().closed_at is not None

    def test_it_tries_with_a_page_after_seconds(self, memory: type[Memory], clock: HandClock) -> None:
        urgent = {"urgency": Urgency.URGENT, "purpose": Purpose.PAGES}
        texts(4, **urgent)
        refuse(memory, 1)
        run(clock, Urgency.URGENT)
        clock.move(seconds=4)
        assert run(clock, Urgency.URGENT) == 0
        clock.move(seconds=1)
        assert run(clock, Urgency.URGENT) == 4

    def test_it_stops_one_sender_alone(self, memory: type[Memory], clock: HandClock) -> None:
        refuse(memory, 1, code="21606", holds_sender=True)
        texts(2, sender="+12025550190")
        run(clock)
        memory.failures.clear()
        outbox_with(*(draft(f"other-{address}", address=address) for address in numbers(2)))
        run(clock)
        assert {sent.sender for _, sent in memory.taken} == {senders.default(Channel.SMS, Urgency.ORDINARY)}
        assert statuses() == {"planned": 2, "accepted": 2}

    def test_it_ends_what_became_late_and_says_why(self, memory: type[Memory], clock: HandClock) -> None:
        texts(2, expires_at=NOW + HOUR)
        refuse(memory, 1)
        run(clock)
        clock.move(minutes=59)
        limits.look_after(now=clock())
        assert statuses() == {"planned": 2}
        clock.move(minutes=1)
        limits.look_after(now=clock())
        assert set(Message.objects.values_list("status", "reason")) == {
            ("expired", "its time has passed: no credentials")
        }

    def test_it_sends_nothing_stale_when_it_is_mended(self, memory: type[Memory], clock: HandClock) -> None:
        texts(1, expires_at=NOW + HOUR)
        refuse(memory, 1)
        run(clock)
        memory.failures.clear()
        clock.move(hours=2)
        breakers.free(Sender.objects.get(), by="Ana", now=clock())
        assert run(clock) == 0
        assert Message.objects.get().reason == "its time has passed: no credentials"

    def test_it_tells_the_managers_once_and_that_it_is_over(self, memory: type[Memory], clock: HandClock) -> None:
        manager = flags.on_call(Role.MANAGER, now=NOW).people[Role.MANAGER]
        texts(3)
        refuse(memory, 2)
        for _ in range(10):
            run(clock)
            limits.look_after(now=clock())
            alarm_pages.tell(now=clock())
            clock.move(seconds=7)
        run(clock)
        run(clock)
        mails = Message.objects.filter(address=manager.email).order_by("pk")
        assert [message.template for message in mails] == ["alarm"]
        memory.failures.clear()
        clock.move(minutes=3)
        run(clock)
        assert [message.template for message in mails.all()] == ["alarm", "alarm_over"]
        assert "Our account at the carrier: it is accepted again." in mails.all()[1].body
        # The text about the alarm could not leave, and is not needed any more.
        assert set(flags.texts_to(manager.phone, template="alarm")[0].reason.split()) >= {"alarm", "over"}


REFUSED = '{"code": 20003, "message": "Authenticate", "more_info": "x", "status": 401}'
TAKEN = '{"sid": "SM1", "status": "queued"}'


@pytest.mark.django_db(transaction=True)
def test_it_holds_the_account_by_the_carriers_own_answer_and_frees_it(clock: HandClock, settings: Any) -> None:
    """Through the official client, over HTTP."""
    with canned_carrier() as carrier:
        settings.TWILIO_API_BASE_URL = carrier.url
        carrier.say("401 Unauthorized", REFUSED)
        texts(5)
        run(clock)
        held = Sender.objects.get()
        assert (held.channel, held.address, held.held_code) == ("sms", "", "20003")
        assert statuses() == {"planned": 5}
        asked = len(carrier.requests)
        run(clock)
        assert len(carrier.requests) == asked
        carrier.say("201 Created", TAKEN)
        clock.move(minutes=1)
        run(clock)
        assert Sender.objects.get().held_since is None


class TestAPause:
    def test_it_stops_what_is_routine_and_nothing_else(self, memory: type[Memory], clock: HandClock) -> None:
        routine, answer, page = numbers(3)
        outbox_with(
            draft("reminder", address=routine),
            draft("answer", address=answer, purpose=Purpose.REPLIES),
            draft("page", address=page, purpose=Purpose.PAGES, urgency=Urgency.URGENT),
        )
        guard.pause(by="Ana", reason="import", now=NOW)
        run(clock)
        run(clock, Urgency.URGENT)
        assert {sent.address for _, sent in memory.taken} == {answer, page}
        guard.resume(by="Ben", now=clock())
        run(clock)
        assert routine in {sent.address for _, sent in memory.taken}

    def test_it_ends_what_became_late_and_says_why(self, memory: type[Memory], clock: HandClock) -> None:
        texts(1, expires_at=NOW + HOUR)
        guard.pause(by="Ana", reason="wrong clinic imported", now=NOW)
        clock.move(hours=1)
        limits.look_after(now=clock())
        assert Message.objects.get().reason == (
            "its time has passed: routine messages were paused (wrong clinic imported)"
        )

    def test_it_sends_nothing_stale_after_a_long_pause(self, memory: type[Memory], clock: HandClock) -> None:
        texts(1, expires_at=NOW + HOUR)
        outbox_with(draft("fresh", expires_at=NOW + 72 * HOUR))
        guard.pause(by="Ana", reason="import", now=NOW)
        clock.move(days=2)
        guard.resume(by="Ben", now=clock())
        run(clock)
        assert len(memory.taken) == 1
        assert statuses() == {"expired": 1, "accepted": 1}
        assert "paused (import)" in Message.objects.get(status=Status.EXPIRED).reason

    def test_it_holds_one_pause_at_a_time(self) -> None:
        first = guard.pause(by="Ana", reason="import", now=NOW)
        assert guard.pause(by="Ben", reason="other", now=NOW) == first
        assert guard.resume(by="Ben", now=NOW)
        assert not guard.resume(by="Ben", now=NOW)
        assert guard.pause(by="Ben", reason="other", now=NOW) != first


class TestAFlood:
    def test_it_sends_what_one_address_may_have_and_holds_the_rest(
        self, memory: type[Memory], clock: HandClock, settings: Any
    ) -> None:
        outbox_with(*(draft(f"bug-{number}") for number in range(200)))
        run(clock)
        assert len(memory.taken) == settings.ROUTINE_PER_HOUR
        assert guard.holding().count() == 200 - settings.ROUTINE_PER_HOUR

    def test_it_has_staff_know_once_and_ends_that_with_the_last(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(*(draft(f"bug-{number}") for number in range(20)))
        run(clock)
        for _ in range(3):
            limits.look_after(now=clock())
        alarm = Alarm.objects.get()
        assert (alarm.grave, alarm.closed_at) == (False, None)
        assert "14 messages to 1 addresses are held" in alarm.words
        guard.drop(guard.holding().values_list("pk", flat=True), by="Ana", now=clock())
        limits.look_after(now=clock())
        alarm.refresh_from_db()
        assert alarm.closed_at is not None

    def test_it_sends_what_a_person_lets_through(self, memory: type[Memory], clock: HandClock) -> None:
        outbox_with(*(draft(f"bug-{number}") for number in range(8)))
        run(clock)
        guard.let_through(guard.holding().values_list("pk", flat=True), by="Ana", now=clock())
        run(clock)
        assert len(memory.taken) == 8
        assert Message.objects.filter(released_by="Ana", status=Status.ACCEPTED).count() == 2
