"""The poller: what no receipt has ended is asked about, ever more rarely, and what is said counts as a receipt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from messaging import dispatch, poll, receipts
from messaging.channels.base import Accepted, Report, TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.models import Message, Receipt
from tests.support.messages import NOW, HandClock, draft, mail, outbox_with

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What the operator was told."""
    said: list[tuple[str, str]] = []
    monkeypatch.setattr("messaging.operator.tell", lambda key, words, **_: said.append((key, words)))
    return said


def sent(clock: HandClock, *keys: str, **changes: Any) -> list[Message]:
    messages = outbox_with(*(draft(key, **{"body": f"text {key}"} | changes) for key in keys or ("one",)))
    dispatch.run(changes.get("urgency", Urgency.ORDINARY), clock=clock, worker="worker:1")
    return [fresh(message) for message in messages]


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


class Asked:
    """Counts what is looked at; every look answers the same."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: Report | TransientFailure | None) -> None:
        self.names: list[str] = []
        self.answer = answer
        monkeypatch.setattr(Memory, "look", lambda _, name: self.look(name))

    def look(self, name: str) -> Report | None:
        assert not connection.in_atomic_block or connection.savepoint_ids == [], "no network call in a transaction"
        self.names.append(name)
        if isinstance(self.answer, TransientFailure):
            raise self.answer
        return self.answer


def test_a_text_whose_receipt_was_lost_is_delivered_all_the_same(memory: type[Memory], clock: HandClock) -> None:
    (message,) = sent(clock)
    assert message.next_look_at == NOW + 10 * MINUTE
    memory.reports[message.provider_id] = Report("delivered")
    clock.move(minutes=9)
    assert poll.look(clock=clock) == {}
    clock.move(minutes=1)
    assert poll.look(clock=clock) == {"applied": 1}
    message = fresh(message)
    assert (message.status, message.finished_at, message.next_look_at) == (Status.DELIVERED, clock(), None)
    assert Receipt.objects.get().applied
    clock.move(days=2)
    assert poll.look(clock=clock) == {}


def test_what_did_not_arrive_comes_with_its_code(memory: type[Memory], clock: HandClock) -> None:
    (message,) = sent(clock)
    memory.reports[message.provider_id] = Report("undelivered", "30005")
    clock.move(minutes=10)
    assert poll.look(clock=clock) == {"applied": 1}
    message = fresh(message)
    assert (message.status, message.error_code, message.reason) == (
        Status.UNDELIVERED,
        "30005",
        "the number is not in use",
    )


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.VOICE])
def test_a_page_is_asked_about_while_it_is_still_of_use(
    memory: type[Memory], clock: HandClock, channel: Channel
) -> None:
    (message,) = sent(
        clock,
        urgency=Urgency.URGENT,
        purpose=Purpose.PAGES,
        channel=channel,
        answer_path="/said/" if channel is Channel.VOICE else "",
    )
    clock.move(seconds=90)
    assert poll.look(clock=clock) == {"ignored": 1}
    assert fresh(message).next_look_at == NOW + 10 * MINUTE


def test_a_mail_is_never_asked_about(memory: type[Memory], clock: HandClock) -> None:
    outbox_with(mail())
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
    assert Message.objects.get().next_look_at is None


def test_it_is_asked_ever_more_rarely_and_after_a_day_never_again(
    memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (message,) = sent(clock)
    asked = Asked(monkeypatch, Report("sent"))
    at: list[timedelta] = []
    while clock() < NOW + timedelta(days=3):
        if poll.look(clock=clock):
            at.append(clock() - NOW)
        clock.move(minutes=5)
    assert at == [10 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR]
    assert len(asked.names) == 4
    message = fresh(message)
    assert (message.status, message.next_look_at, message.reason) == (Status.SENT, None, poll.LAST_WORD)
    assert Receipt.objects.count() == 1, "the same word is kept once"
    # A receipt that comes after all still counts.
    assert receipts.take(message.uuid, provider_id=message.provider_id, word="delivered", code="", now=clock()) == (
        "applied"
    )
    assert fresh(message).reason == ""


def test_what_a_poller_that_died_had_taken_is_looked_at_again(memory: type[Memory], clock: HandClock) -> None:
    (message,) = sent(clock)
    clock.now = NOW + 24 * HOUR
    assert len(poll._take(now=clock())) == 1
    assert poll._take(now=clock()) == [], "another poller leaves it alone"
    clock.now += poll.LEASE
    memory.reports[message.provider_id] = Report("delivered")
    assert poll.look(clock=clock) == {"applied": 1}


def test_a_silent_carrier_is_asked_once_a_round_and_costs_no_step(
    memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = sent(
        clock,
        *(f"k{number}" for number in range(30)),
        address="+12025550188",
        urgency=Urgency.URGENT,
        purpose=Purpose.PAGES,
    )
    asked = Asked(monkeypatch, TransientFailure("connect"))
    clock.move(minutes=10)
    assert poll.look(clock=clock) == {"carrier_silent": 1}
    assert len(asked.names) == 1
    assert {fresh(message).next_look_at for message in messages} == {clock() + poll.PAUSE}
    clock.now += poll.PAUSE
    asked.answer = Report("delivered")
    assert poll.look(clock=clock) == {"applied": 30}


def test_a_name_that_the_carrier_does_not_know_is_loud_and_after_a_day_the_operators(
    memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch, told: list[tuple[str, str]]
) -> None:
    (message,) = sent(clock)
    Asked(monkeypatch, None)
    ended: list[str] = []
    while clock() < NOW + timedelta(days=2):
        ended += poll.look(clock=clock)
        assert bool(told) == (clock() >= NOW + 24 * HOUR)
        clock.move(minutes=5)
    assert ended == ["unknown_name"] * 4
    assert told == [("carrier-unknown-name", poll.UNKNOWN_NAME)]
    assert (fresh(message).status, fresh(message).next_look_at) == (Status.FAILED, None)
    assert fresh(message).reason == "the carrier does not know it"


def test_a_word_of_tomorrow_is_kept_and_changes_nothing(memory: type[Memory], clock: HandClock) -> None:
    (message,) = sent(clock)
    memory.reports[message.provider_id] = Report("teleported" * 30, "x" * 50)
    clock.move(minutes=10)
    assert poll.look(clock=clock) == {"unknown_word": 1}
    assert fresh(message).status == Status.ACCEPTED


def test_a_row_that_a_receipt_named_before_our_own_commit_is_asked_about_too(
    memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (message,) = outbox_with(draft())

    def quick(self: Memory, outgoing: object) -> Accepted:
        assert receipts.take(message.uuid, provider_id="SM7", word="sent", code="", now=clock()) == "applied"
        return Accepted("SM7")

    monkeypatch.setattr(Memory, "take", quick)
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
    assert fresh(message).next_look_at == NOW + 10 * MINUTE


def test_texts_of_the_time_before_the_poller_are_asked_about_once(memory: type[Memory], clock: HandClock) -> None:
    (message,) = sent(clock)
    Message.objects.update(next_look_at=NOW - timedelta(days=90), accepted_at=NOW - timedelta(days=90))
    assert poll.look(clock=clock) == {"given_up": 1}
    assert poll.look(clock=clock) == {}
    assert (fresh(message).status, fresh(message).reason) == (Status.FAILED, poll.LAST_WORD)
