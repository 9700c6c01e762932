"""A sender that takes every text and reports each as refused: held once, told of once, free when one arrives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from messaging import breakers, dispatch, receipts
from messaging.channels.memory import Memory
from messaging.domain.delivery import Channel, Status, Urgency
from messaging.models import Message, Sender
from tests.support.messages import HandClock, draft, outbox_with

pytestmark = pytest.mark.django_db


def send(clock: HandClock, key: str, **changes: object) -> Message:
    outbox_with(draft(key, address=f"+1202555{len(key):04}", **changes))
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="w")
    return Message.objects.get(key=key)


def report(message: Message, word: str, clock: HandClock, code: str = "") -> None:
    receipts.take(message.uuid, provider_id=message.provider_id, word=word, code=code, now=clock())


def held() -> bool:
    return Sender.objects.filter(held_since__isnull=False).exists()


def test_what_is_only_accepted_does_not_mend_what_a_receipt_has_told(memory: type[Memory], clock: HandClock) -> None:
    report(send(clock, "a"), "undelivered", clock, "30002")
    assert held()
    since = Sender.objects.get().held_since
    for number in range(3):
        clock.move(minutes=20)
        outbox_with(draft(f"waits-{number}", address=f"+120255502{number:02}"))
        dispatch.run(Urgency.ORDINARY, clock=clock, worker="w")
        probe = Message.objects.filter(status=Status.ACCEPTED).last()
        assert probe is not None, "one message is let through"
        assert held(), "that the carrier took it proves nothing"
        report(probe, "undelivered", clock, "30002")
    assert Sender.objects.get().held_since == since, "one outage, told of once"


def test_one_that_arrives_does(memory: type[Memory], clock: HandClock) -> None:
    late = send(clock, "late")
    report(send(clock, "b"), "undelivered", clock, "30002")
    clock.move(seconds=1)
    report(late, "delivered", clock)
    assert held(), "it was asked for before the outage"
    clock.move(minutes=20)
    dispatch.run(Urgency.ORDINARY, clock=clock, worker="w")
    probe = Message.objects.get(status=Status.ACCEPTED)
    report(probe, "sent", clock)
    assert held()
    report(probe, "delivered", clock)
    assert not held()


def test_a_refusal_at_once_is_mended_by_what_is_accepted(clock: HandClock) -> None:
    breakers.trip(Channel.SMS, "", code="20003", words="not let in", whole_account=True, now=clock())
    clock.now += timedelta(minutes=2)
    assert breakers.mend(Channel.SMS, "+12025550100", now=clock(), asked_at=clock())
