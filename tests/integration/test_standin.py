"""When no worker can be woken, the process that wrote an urgent message sends it itself, beside its other work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import transaction
from django.utils import timezone

from messaging import broker, dispatch, outbox, standin
from messaging.channels.base import Accepted
from messaging.channels.memory import Memory
from messaging.domain.delivery import Purpose, Status, Urgency
from messaging.models import Message
from tests.support.messages import draft

Eventually = Callable[..., Any]


@pytest.fixture(autouse=True)
def _broker_is_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(current_app, "send_task", refuse)
    broker.expect_back()
    yield
    broker.expect_back()


def write(key: str, urgency: Urgency = Urgency.URGENT) -> None:
    now = timezone.now()
    with transaction.atomic():
        outbox.enqueue(
            [draft(key, purpose=Purpose.PAGES, urgency=urgency, due_at=now, expires_at=now + timedelta(hours=1))],
            now=now,
        )
        outbox.wake(urgency)


def status(key: str) -> str:
    return Message.objects.get(key=key).status


@pytest.mark.django_db(transaction=True)
class TestStandingIn:
    def test_what_is_urgent_leaves_all_the_same(self, memory: type[Memory], eventually: Eventually) -> None:
        write("first")
        eventually(lambda: status("first") == Status.ACCEPTED, 5)
        write("second")
        eventually(lambda: status("second") == Status.ACCEPTED, 5)
        assert len(memory.taken) == 2

    def test_what_is_ordinary_waits(self, memory: type[Memory], eventually: Eventually) -> None:
        write("ordinary", Urgency.ORDINARY)
        write("urgent")
        eventually(lambda: status("urgent") == Status.ACCEPTED, 5)
        standin.rest()
        assert status("ordinary") == Status.PLANNED

    def test_nothing_leaves_before_the_transaction_stands(self, memory: type[Memory]) -> None:
        with transaction.atomic():
            outbox.wake(Urgency.URGENT)
            standin.rest()
            assert not standing_in()

    def test_one_stands_in_at_a_time_and_asked_meanwhile_goes_once_more(
        self, memory: type[Memory], eventually: Eventually, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at_the_carrier, go_on = threading.Event(), threading.Event()
        send = Memory.take

        def slow(self: Memory, outgoing: Any) -> Accepted:
            at_the_carrier.set()
            go_on.wait(10)
            return send(self, outgoing)

        monkeypatch.setattr(Memory, "take", slow)
        write("first")
        assert at_the_carrier.wait(5)
        before = timezone.now()
        for number in range(3):
            write(f"meanwhile-{number}")
        assert (timezone.now() - before).total_seconds() < 2, "whoever asks does not wait"
        assert len(standing_in()) == 1
        go_on.set()
        eventually(lambda: len(memory.taken) == 4, 5)
        eventually(lambda: not standing_in(), 5)

    def test_after_a_mishap_it_is_there_again(
        self, memory: type[Memory], eventually: Eventually, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def break_down(*_: Any, **__: Any) -> None:
            raise ZeroDivisionError

        with monkeypatch.context() as broken:
            broken.setattr(dispatch, "run", break_down)
            write("first")
            standin.rest()
        assert status("first") == Status.PLANNED
        write("second")
        eventually(lambda: {status("first"), status("second")} == {Status.ACCEPTED}, 5)

    def test_a_process_that_leaves_the_broker_alone_sends_for_itself(self, memory: type[Memory]) -> None:
        broker.leave_alone()
        write("first")
        standin.rest()
        assert not memory.taken


@pytest.mark.django_db
def test_inside_a_transaction_nobody_stands_in(memory: type[Memory], django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        write("first")
    assert not standing_in()


def standing_in() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "urgent-stand-in"]
