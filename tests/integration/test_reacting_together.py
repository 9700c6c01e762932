"""Reports that arrive at the same moment, in any order: one try comes back once, one address is marked once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from messaging import bulk, dispatch, faults, receipts, record
from messaging.channels.base import Accepted
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Status, Urgency
from messaging.models import AddressFault, Message
from tests.support.messages import NOW, PHONE, HandClock, draft, outbox_with

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(deeds: Sequence[Callable[[], object]]) -> list[object]:
    """Each in a thread of its own, begun together."""
    start = Barrier(len(deeds))

    def one(deed: Callable[[], object]) -> object:
        start.wait()
        try:
            return deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


@pytest.fixture
def sent(memory: type[Memory], clock: HandClock) -> Message:
    (message,) = outbox_with(draft())
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
    message.refresh_from_db()
    return message


def told(message: Message, word: str, code: str = "") -> Callable[[], object]:
    name = message.provider_id
    return lambda: receipts.take(message.uuid, provider_id=name, word=word, code=code, now=NOW)


@pytest.mark.parametrize("_again", range(3))
def test_one_report_brought_by_many_and_overtaken_by_others_returns_it_once(sent: Message, _again: int) -> None:
    reports = [told(sent, "undelivered", "30003")] * 4 + [told(sent, "sent"), told(sent, "sending")] * 2
    results = at_once(reports)
    sent.refresh_from_db()
    assert (sent.status, sent.provider_id, sent.next_look_at) == (Status.PLANNED, "", None)
    assert list(sent.tries.values_list("outcome", flat=True)) == ["returned"]
    assert results[:4].count("applied") == 1


def test_it_either_arrived_or_comes_back_and_is_never_in_between(sent: Message) -> None:
    at_once([told(sent, "undelivered", "30003"), told(sent, "delivered")] * 3)
    sent.refresh_from_db()
    # Whatever came first: that it arrived is the last word.
    assert (sent.status, sent.provider_id) == (Status.DELIVERED, "memory-1")


def test_an_answer_that_comes_after_the_try_was_returned_does_not_bring_it_back(sent: Message) -> None:
    """A worker is slow to write down what two receipts have said already."""
    at_once([told(sent, "undelivered", "30003")])
    sent.refresh_from_db()
    late = Message.objects.get(pk=sent.pk)
    assert bulk.accept([(late, Accepted("memory-1"))], now=NOW) == []
    record.accepted(late, Accepted("memory-1"), now=NOW)
    sent.refresh_from_db()
    assert (sent.status, sent.provider_id) == (Status.PLANNED, "")
    assert list(sent.tries.values_list("outcome", flat=True)) == ["returned"]


def test_many_that_find_an_address_dead_mark_it_once() -> None:
    note = [lambda: faults.note(Channel.SMS, PHONE, code="30005", words="not in use", now=NOW)] * 6
    at_once(note)
    assert AddressFault.objects.count() == 1


def test_two_who_clear_it_are_told_apart() -> None:
    faults.note(Channel.SMS, PHONE, code="30005", words="not in use", now=NOW)
    fault = AddressFault.objects.get()
    done = at_once([lambda name=name: faults.clear(fault, by=name, now=NOW) for name in ("a", "b", "c", "d")])  # type: ignore[misc]
    assert sorted(map(bool, done)) == [False, False, False, True]
