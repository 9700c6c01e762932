"""Urgent messages: many hands at once, short waits, and doubts settled soon, with at most one text too many."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.utils import timezone

from messaging import bulk, consent, dispatch, engine, outbox, reconcile, record
from messaging.channels.base import Accepted, OutcomeUnknown, TransientFailure
from messaging.channels.memory import Memory
from messaging.channels.twilio_client import CONNECT_SECONDS
from messaging.domain.delivery import Purpose, Status, Urgency
from messaging.models import Message
from messaging.outbox import Draft
from tests.support.messages import NOW, PHONE, HandClock, draft, mail
from tests.support.waiting import eventually

NEVER_ARRIVED = OutcomeUnknown("lost")


def page(key: str = "page-1", **changes: Any) -> Draft:
    return draft(key, **{"urgency": Urgency.URGENT, "purpose": Purpose.PAGES} | changes)


def run(clock: HandClock, **options: Any) -> dispatch.Tally:
    return dispatch.run(Urgency.URGENT, clock=clock, worker="worker:1", **options)


def settle(clock: HandClock) -> dict[str, int]:
    return reconcile.settle_urgent(clock=clock, worker="settler:1")


def only() -> Message:
    return Message.objects.get()


@pytest.mark.django_db(transaction=True)
class TestManyHands:
    def test_four_hundred_leave_in_a_few_seconds_although_the_carrier_takes_its_time(
        self, memory: type[Memory], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        now = timezone.now()
        numbers = [f"+1202555{n:04}" for n in range(400)]
        outbox.enqueue([page(n, address=n, due_at=now, expires_at=now + timedelta(hours=1)) for n in numbers], now=now)
        monkeypatch.setattr(Memory, "answers_after", 0.05)
        before = timezone.now()
        tally = dispatch.run(Urgency.URGENT, clock=timezone.now, worker="worker:1")
        took = timezone.now() - before
        assert (tally.claimed, tally.asked) == (400, 400)
        assert sorted(sent.address for _, sent in memory.taken) == numbers
        assert set(Message.objects.values_list("status", "attempts")) == {(Status.ACCEPTED, 1)}
        assert memory.most_at_once > engine.SLOW_START
        # One after the other they would take 20 s.
        assert took < timedelta(seconds=5), took

    def test_two_runs_at_once_send_each_once(self, memory: type[Memory], clock: HandClock) -> None:
        outbox.enqueue([page(f"k{n}", body=f"page {n}") for n in range(100)], now=NOW)

        def work(name: str) -> None:
            try:
                dispatch.run(Urgency.URGENT, clock=clock, worker=name)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=work, args=[name]) for name in ("a", "b")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(sent.body for _, sent in memory.taken) == sorted(f"page {n}" for n in range(100))

    def test_hands_leave_no_connection_behind(self, memory: type[Memory], clock: HandClock) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has no list of connections")
        outbox.enqueue([page(f"k{n}") for n in range(40)], now=NOW)
        run(clock)

        def others() -> int:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                return int(cursor.fetchone()[0])

        eventually(lambda: others() == 0, 5)

    def test_a_carrier_without_connection_is_left_alone_by_all_hands_and_soon_tried_again(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []

        def away(self: Memory, outgoing: Any) -> Accepted:
            asked.append(outgoing.address)
            raise TransientFailure("connect", "no connection")

        outbox.enqueue([page(f"k{n}") for n in range(60)], now=NOW)
        monkeypatch.setattr(Memory, "take", away)
        run(clock)
        assert 0 < len(asked) <= engine.UNREACHABLE_TRIES + engine.SLOW_START
        assert set(Message.objects.values_list("status", flat=True)) == {Status.PLANNED}
        monkeypatch.undo()
        clock.move(seconds=3)
        run(clock)
        assert set(Message.objects.values_list("status", flat=True)) == {Status.ACCEPTED}


@pytest.mark.django_db
class TestHaste:
    def test_it_is_tried_again_after_a_second_or_two(self, memory: type[Memory], clock: HandClock) -> None:
        outbox.enqueue([page()], now=NOW)
        memory.failures.append(TransientFailure("30017", "too many requests"))
        run(clock)
        assert NOW + timedelta(seconds=1) <= only().due_at <= NOW + timedelta(seconds=2)
        clock.move(seconds=2)
        run(clock)
        assert only().status == Status.ACCEPTED

    def test_no_provider_may_make_it_wait_for_hours(self, memory: type[Memory], clock: HandClock) -> None:
        outbox.enqueue([page()], now=NOW)
        memory.failures.append(TransientFailure("21611", "the queue is full", retry_after=3600))
        run(clock)
        assert only().due_at <= NOW + timedelta(seconds=62)

    def test_the_carriers_timeout_fits_into_the_lease(self) -> None:
        longest = timedelta(seconds=CONNECT_SECONDS + django_settings.CARRIER_TIMEOUT_SECONDS)
        assert longest < bulk.SUBMIT_LEASE[Urgency.URGENT]
        assert longest < reconcile.HASTY_SETTLING, "asked again only when the first answer cannot come any more"

    @pytest.mark.parametrize("purpose", [Purpose.PAGES, Purpose.REPLIES])
    def test_a_page_or_answer_that_the_log_does_not_hold_is_sent_again_soon(
        self, memory: type[Memory], clock: HandClock, purpose: Purpose
    ) -> None:
        outbox.enqueue([page(purpose=purpose)], now=NOW)
        memory.failures.append(NEVER_ARRIVED)
        run(clock)
        clock.move(seconds=5)
        assert settle(clock) == {"waiting": 1}
        clock.move(seconds=5)
        assert settle(clock) == {"waiting": 1}
        clock.move(seconds=5)
        assert settle(clock) == {"sent_again": 1}
        assert (only().status, len(memory.taken)) == (Status.ACCEPTED, 1), "and sent in the same go"

    def test_found_in_the_log_it_is_not_sent_again(self, memory: type[Memory], clock: HandClock) -> None:
        outbox.enqueue([page()], now=NOW)
        memory.failures.append(OutcomeUnknown("ReadTimeout"))
        run(clock)
        clock.move(seconds=5)
        assert settle(clock) == {"found": 1}
        clock.move(minutes=5)
        settle(clock)
        assert len(memory.taken) == 1

    def test_a_log_that_never_shows_it_costs_one_text_too_many_in_a_minute(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Memory, "find", lambda *_, **__: [])
        outbox.enqueue([page()], now=NOW)
        memory.failures += [OutcomeUnknown("ReadTimeout") for _ in range(9)]
        run(clock)
        for _ in range(14):
            clock.move(seconds=5)
            settle(clock)
        assert len(memory.taken) == 2, "the second time the log has its full minute"
        assert only().status == Status.IN_DOUBT

    def test_a_warning_is_not_sent_twice_in_haste(self, memory: type[Memory], clock: HandClock) -> None:
        consent.record(PHONE, Purpose.WARNINGS, granted=True, source="form", wording="", now=NOW)
        outbox.enqueue([page(purpose=Purpose.WARNINGS)], now=NOW)
        memory.failures.append(NEVER_ARRIVED)
        run(clock)
        clock.move(seconds=30)
        assert settle(clock) == {"waiting": 1}

    def test_a_page_by_mail_is_rather_sent_twice_than_never(
        self, memory: type[Memory], clock: HandClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Memory, "keeps_log", False)
        outbox.enqueue([mail(urgency=Urgency.URGENT, purpose=Purpose.PAGES)], now=NOW)
        memory.failures += [NEVER_ARRIVED, NEVER_ARRIVED]
        run(clock)
        clock.move(seconds=15)
        assert settle(clock) == {"sent_again": 1}
        assert only().status == Status.IN_DOUBT
        for _ in range(20):
            clock.move(seconds=60)
            settle(clock)
        assert (only().status, only().attempts) == (Status.FAILED, 2)

    def test_ordinary_doubts_are_left_to_their_own_sweep(self, memory: type[Memory], clock: HandClock) -> None:
        outbox.enqueue([draft(purpose=Purpose.REPLIES)], now=NOW)
        memory.failures.append(NEVER_ARRIVED)
        dispatch.run(Urgency.ORDINARY, clock=clock, worker="worker:1")
        clock.move(minutes=1)
        assert settle(clock) == {}


@pytest.mark.django_db
class TestDeadWorkers:
    def test_what_was_only_claimed_leaves_within_twenty_seconds(self, memory: type[Memory], clock: HandClock) -> None:
        outbox.enqueue([page()], now=NOW)
        lease = engine.LEASE[Urgency.URGENT]
        outbox.claim(urgency=Urgency.URGENT, limit=1, now=NOW, lease=lease, worker="dead")
        clock.move(seconds=15)
        settle(clock)
        assert only().status == Status.ACCEPTED

    def test_what_was_being_asked_leaves_within_half_a_minute(self, memory: type[Memory], clock: HandClock) -> None:
        outbox.enqueue([page()], now=NOW)
        lease = engine.LEASE[Urgency.URGENT]
        (held,) = outbox.claim(urgency=Urgency.URGENT, limit=1, now=NOW, lease=lease, worker="dead")
        assert record.begin(held, worker="dead", now=NOW)
        clock.move(seconds=14)
        assert settle(clock) == {}
        clock.move(seconds=1)
        assert settle(clock) == {"sent_again": 1}
        assert (only().status, len(memory.taken)) == (Status.ACCEPTED, 1)
