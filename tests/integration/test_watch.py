"""What a watcher from outside may ask and do: which urgent message has not left, and sending it without a worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from messaging import dispatch, outbox, watch
from messaging.channels.base import OutcomeUnknown, TransientFailure
from messaging.channels.memory import Memory
from messaging.domain.delivery import Purpose, Status, Urgency
from messaging.models import Message
from messaging.outbox import Draft
from tests.support.messages import NOW, HandClock, draft

pytestmark = pytest.mark.django_db


def page(key: str = "page-1", **changes: Any) -> Draft:
    return draft(key, **{"urgency": Urgency.URGENT, "purpose": Purpose.PAGES} | changes)


def run(clock: HandClock) -> dispatch.Tally:
    return dispatch.run(Urgency.URGENT, clock=clock, worker="worker:1")


def only() -> Message:
    return Message.objects.get()


class TestWatch:
    def overdue(self, clock: HandClock, seconds: float = 3) -> int:
        late = timedelta(seconds=seconds)
        return dispatch.send_overdue(Urgency.URGENT, late, clock=clock, worker="watchdog:1")

    def test_only_what_is_late_is_sent(self, memory: type[Memory], clock: HandClock) -> None:
        outbox.enqueue([page("late"), page("fresh", due_at=NOW + timedelta(seconds=2)), draft("ordinary")], now=NOW)
        clock.move(seconds=2.9)
        assert self.overdue(clock) == 0
        clock.move(seconds=0.1)
        assert self.overdue(clock) == 1
        assert Message.objects.get(status=Status.ACCEPTED).key == "late"

    def test_what_waits_for_its_next_try_is_left_to_wait(self, memory: type[Memory], clock: HandClock) -> None:
        outbox.enqueue([page()], now=NOW)
        memory.failures.append(TransientFailure("30017", retry_after=30))
        run(clock)
        clock.move(seconds=10)
        assert self.overdue(clock) == 0
        clock.move(seconds=25)
        assert self.overdue(clock) == 1

    def test_tries_do_not_make_a_message_younger(self, memory: type[Memory], clock: HandClock) -> None:
        (stored,) = outbox.enqueue([page()], now=NOW).values()
        for _ in range(3):
            memory.failures.append(TransientFailure("30017"))
            run(clock)
            clock.now = only().due_at
        unsent = watch.unsent_urgent(clock(), timedelta(seconds=3))
        assert [(one.id, one.status, one.age) for one in unsent] == [(stored.pk, Status.PLANNED, clock() - NOW)]
        assert watch.unsent_urgent(clock(), timedelta(minutes=1)) == []

    def test_what_is_held_or_in_doubt_has_not_left_and_what_ended_or_left_has(
        self, memory: type[Memory], clock: HandClock
    ) -> None:
        rows = outbox.enqueue([page(f"k{n}") for n in range(4)] + [draft("ordinary")], now=NOW)
        memory.failures.append(OutcomeUnknown("lost"))
        outbox.withdraw([rows["k3"].pk], reason="taken", now=NOW)
        Message.objects.filter(key="k2").update(due_at=NOW + timedelta(hours=1))
        run(clock)
        lease = timedelta(seconds=15)
        outbox.claim(urgency=Urgency.URGENT, limit=1, now=NOW + timedelta(hours=1), lease=lease, worker="w")
        clock.move(seconds=5)
        unsent = watch.unsent_urgent(clock(), timedelta(seconds=3))
        assert {(one.id, one.status) for one in unsent} == {
            (rows["k0"].pk, Status.IN_DOUBT),
            (rows["k2"].pk, Status.CLAIMED),
        }

    def test_the_question_reads_its_own_index(self) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL enable_seqscan = off")
        assert "message_unsent_urgent" in watch.waiting(NOW).explain()
