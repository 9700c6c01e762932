"""The engine under a sender's pace: what may leave leaves, the rest waits in the outbox and nobody waits for it."""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging import dispatch
from messaging.channels.base import TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Purpose, Status, Urgency
from messaging.models import Message
from messaging.pacing import pacer
from tests.support.messages import draft, mail, outbox_with

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _real_paces(settings: Any, redis_url: str) -> None:
    settings.CARRIER_PACES = {}


def run(urgency: Urgency = Urgency.ORDINARY) -> dispatch.Tally:
    return dispatch.run(urgency, clock=timezone.now, worker=dispatch.worker_name())


def texts(number: int, **changes: Any) -> None:
    now = timezone.now()
    window = {"due_at": now, "expires_at": now + timedelta(hours=1)}
    outbox_with(*(draft(f"text{n}", address=f"+120255502{n:02}", **window | changes) for n in range(number)))


def stands() -> Counter[str]:
    return Counter(Message.objects.values_list("status", flat=True))


def test_a_slow_sender_gives_back_what_it_may_not_send_yet(memory: type[Memory]) -> None:
    texts(20)
    start = time.monotonic()
    run()
    assert time.monotonic() - start < 3
    # A burst of three, and one for each second that went by.
    assert 3 <= len(memory.taken) <= 6
    assert stands() == {Status.ACCEPTED: len(memory.taken), Status.PLANNED: 20 - len(memory.taken)}


def test_mails_do_not_wait_behind_texts(memory: type[Memory]) -> None:
    texts(20)
    now = timezone.now()
    window = {"due_at": now, "expires_at": now + timedelta(hours=1)}
    outbox_with(*(mail(f"mail{n}", address=f"p{n}@example.org", **window) for n in range(12)))
    run()
    assert sum("@" in sent.address for _, sent in memory.taken) == 12


def test_pages_leave_at_once_however_many(memory: type[Memory]) -> None:
    texts(20, urgency=Urgency.URGENT, purpose=Purpose.PAGES)
    run(Urgency.URGENT)
    assert len(memory.taken) == 20
    assert stands() == {Status.ACCEPTED: 20}


def test_a_long_text_takes_its_segments(memory: type[Memory]) -> None:
    texts(6, body="Your visit is tomorrow. " * 14)
    assert Message.objects.first().segments == 3  # type: ignore[union-attr]
    start = time.monotonic()
    run()
    assert 1 <= len(memory.taken) <= 1 + (time.monotonic() - start) // 3


def test_after_too_many_requests_the_sender_is_silent_and_the_places_are_fewer(memory: type[Memory]) -> None:
    texts(3)
    memory.failures.append(TransientFailure("20429", "too many requests at once", retry_after=30))
    run()
    sent = len(memory.taken)
    run()
    assert len(memory.taken) == sent
    assert stands()[Status.PLANNED] == 3 - sent
    assert pacer().concurrency(runner="another", urgency=Urgency.URGENT) < 100
