"""The outbox on a real database: once by key, claimed once, taken back, and impossible rows refused."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from celery import current_app
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from messaging import broker, outbox
from messaging.domain.delivery import Channel, Purpose, Status, Urgency
from messaging.models import Message
from messaging.outbox import Draft, claim, enqueue, withdraw

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
LEASE = timedelta(seconds=60)


def draft(key: str = "visit-1", **changes: Any) -> Draft:
    plain = Draft(
        key=key,
        channel=Channel.SMS,
        purpose=Purpose.REMINDERS,
        address="+12025550123",
        body="Your visit is tomorrow at 9:30.",
        due_at=NOW,
        expires_at=NOW + timedelta(hours=12),
    )
    return replace(plain, **changes)


def take(limit: int = 100, *, urgency: Urgency = Urgency.ORDINARY, now: datetime = NOW, worker: str = "w") -> list[str]:
    return [m.key for m in claim(urgency=urgency, limit=limit, now=now, lease=LEASE, worker=worker)]


@pytest.mark.django_db
class TestEnqueue:
    def test_it_stores_a_message_once_by_its_key(self) -> None:
        first = enqueue([draft(), draft("visit-2")], now=NOW)
        again = enqueue([draft(body="Other words."), draft("visit-3")], now=NOW + timedelta(hours=1))
        assert Message.objects.count() == 3
        assert again["visit-1"].pk == first["visit-1"].pk
        assert again["visit-1"].body == "Your visit is tomorrow at 9:30."
        assert set(again) == {"visit-1", "visit-3"}

    def test_a_key_that_comes_twice_in_one_call_is_one_message(self) -> None:
        assert len(enqueue([draft(), draft()], now=NOW)) == 1
        assert Message.objects.count() == 1

    def test_nothing_in_nothing_out(self) -> None:
        assert enqueue([], now=NOW) == {}

    def test_it_writes_any_number_of_messages_in_a_handful_of_queries(self) -> None:
        with CaptureQueriesContext(
            connection,
        ) as few:
            enqueue([draft(f"a{i}") for i in range(3)], now=NOW)
        with CaptureQueriesContext(connection) as many:
            enqueue([draft(f"b{i}") for i in range(25)], now=NOW)
        assert len(many) == len(few) <= 4

    def test_a_text_is_folded_where_that_saves_and_its_parts_are_counted(self) -> None:
        stored = enqueue(
            [
                draft("folded", body="María, su cita es mañana a las 9:30. " + "x" * 60),
                draft("kept", body="María 😀 " + "x" * 80),
                draft("mail", channel=Channel.EMAIL, address="a@example.org", subject="Cita", body="María…"),
            ],
            now=NOW,
        )
        assert stored["folded"].body.startswith("Maria, su cita es mañana")
        assert stored["folded"].segments == 1
        assert stored["kept"].body.startswith("María 😀")
        assert stored["kept"].segments == 2
        assert stored["mail"].body == "María…"
        assert stored["mail"].segments == 0

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"due_at": datetime(2026, 11, 23)}, "due_at"),  # noqa: DTZ001
            ({"expires_at": datetime(2026, 11, 23)}, "expires_at"),  # noqa: DTZ001
            ({"expires_at": NOW}, "expires_at"),
            ({"expires_at": NOW - timedelta(days=1)}, "expires_at"),
            ({"body": ""}, "body"),
            ({"body": "  \n"}, "body"),
            ({"body": "x" * 1601}, "body"),
            ({"body": "a\x00b"}, "body"),
            ({"address": ""}, "address"),
            ({"address": "2025550123"}, "address"),
            ({"address": "ana@example.org"}, "address"),
            ({"channel": Channel.EMAIL, "address": "ana@example.org"}, "subject"),
            ({"channel": Channel.EMAIL, "address": "ana@example.org", "subject": "a\nBcc: x@y.org"}, "subject"),
            ({"channel": Channel.EMAIL, "address": "ana", "subject": "Visit"}, "address"),
            ({"answer_path": "/x/"}, "answer_path"),
            ({"channel": Channel.VOICE}, "answer_path"),
            ({"channel": Channel.VOICE, "answer_path": "x/"}, "answer_path"),
            ({"channel": Channel.VOICE, "answer_path": "//other.example/x/"}, "answer_path"),
            ({"channel": Channel.VOICE, "answer_path": "/" + "x" * 200}, "answer_path"),
            ({"channel": Channel.VOICE, "answer_path": "/x/", "address": "ana@example.org"}, "address"),
            ({"channel": Channel.VOICE, "answer_path": "/x/", "body": "x" * 4001}, "body"),
            ({"sender": "x" * 255}, "sender"),
            ({"template": "x" * 101}, "template"),
            ({"language": "x" * 11}, "language"),
            ({"key": ""}, "key"),
            ({"key": "k" * 201}, "key"),
        ],
    )
    def test_what_could_never_be_sent_is_refused_by_field_and_nothing_is_written(
        self, changes: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(ValueError, match=rf"^{field}:"):
            enqueue([draft("good"), replace(draft("bad"), **changes)], now=NOW)
        assert not Message.objects.exists()


@pytest.mark.django_db
class TestClaim:
    def test_it_takes_what_is_due_oldest_first_and_no_more_than_asked(self) -> None:
        enqueue([draft(f"k{i}", due_at=NOW - timedelta(minutes=i)) for i in range(4)], now=NOW)
        enqueue([draft("later", due_at=NOW + timedelta(seconds=1))], now=NOW)
        assert take(3) == ["k3", "k2", "k1"]
        assert take(3) == ["k0"]
        assert take(3) == []
        assert take(3, now=NOW + timedelta(seconds=1)) == ["later"]

    def test_urgent_and_ordinary_are_apart(self) -> None:
        enqueue([draft("o"), draft("u", urgency=Urgency.URGENT)], now=NOW)
        assert take(urgency=Urgency.URGENT) == ["u"]
        assert take() == ["o"]

    def test_it_writes_down_who_holds_a_row_and_until_when(self) -> None:
        enqueue([draft()], now=NOW)
        take(worker="machine:1")
        row = Message.objects.get()
        assert (row.status, row.claimed_by, row.lease_until) == (Status.CLAIMED, "machine:1", NOW + LEASE)

    def test_it_is_one_statement(self) -> None:
        enqueue([draft(f"k{i}") for i in range(20)], now=NOW)
        with CaptureQueriesContext(connection) as queries:
            assert len(take()) == 20
        assert len([q for q in queries if "UPDATE messaging_message" in q["sql"]]) == 1
        assert len([q for q in queries if "messaging_message" in q["sql"]]) <= 2, "one look at the lanes before it"

    def test_it_reads_the_partial_index(self) -> None:
        enqueue(
            [draft(f"k{i}", due_at=NOW + timedelta(days=1), expires_at=NOW + timedelta(days=2)) for i in range(50)],
            now=NOW,
        )
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("ANALYZE messaging_message")
                cursor.execute("SET LOCAL enable_seqscan = off")
            explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
            moment = connection.ops.adapt_datetimefield_value(NOW)
            cursor.execute(
                explain + outbox.claim_statement(1).replace("FOR UPDATE SKIP LOCKED", ""),
                ["ordinary", "sms||routine|", moment, 10, moment, "w"],
            )
            plan = " ".join(str(column) for row in cursor.fetchall() for column in row)
        assert "message_due" in plan


@pytest.mark.django_db(transaction=True)
def test_two_claimers_never_get_the_same_row() -> None:
    enqueue([draft(f"k{i}") for i in range(300)], now=NOW)
    got: dict[str, list[str]] = {"a": [], "b": [], "c": []}
    start = threading.Barrier(3)

    def work(name: str) -> None:
        start.wait()
        try:
            while batch := take(7, worker=name):
                got[name] += batch
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[name]) for name in got]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [key for keys in got.values() for key in keys]
    assert len(everything) == len(set(everything)) == 300


@pytest.mark.django_db
class TestWithdraw:
    def test_it_takes_back_what_waits_and_leaves_the_rest(self) -> None:
        stored = enqueue([draft("waits"), draft("claimed"), draft("asked")], now=NOW)
        held = {"lease_until": NOW, "claimed_by": "w"}
        Message.objects.filter(key="claimed").update(status=Status.CLAIMED, **held)
        Message.objects.filter(key="asked").update(status=Status.SUBMITTING, submitted_at=NOW, attempts=1, **held)
        taken = withdraw([m.pk for m in stored.values()], reason="the visit was cancelled", now=NOW)
        assert taken == 2
        waits = Message.objects.get(key="waits")
        assert (waits.status, waits.reason) == (Status.SUPPRESSED, "the visit was cancelled")
        assert waits.finished_at == NOW
        assert Message.objects.get(key="claimed").status == Status.SUPPRESSED
        asked = Message.objects.get(key="asked")
        assert (asked.status, asked.withdrawn) == (Status.SUBMITTING, "the visit was cancelled")

    def test_a_second_withdrawal_changes_nothing(self) -> None:
        stored = enqueue([draft()], now=NOW)
        ids = [stored["visit-1"].pk]
        assert withdraw(ids, reason="first", now=NOW) == 1
        assert withdraw(ids, reason="second", now=NOW) == 0
        assert Message.objects.get().reason == "first"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "impossible",
    [
        {"status": "accepted"},
        {"status": "accepted", "provider_id": "SM1", "attempts": 1, "submitted_at": NOW},
        {"status": "sent", "accepted_at": NOW, "attempts": 1, "submitted_at": NOW},
        {"status": "delivered", "provider_id": "SM1", "accepted_at": NOW, "attempts": 1, "submitted_at": NOW},
        {"status": "failed", "finished_at": NOW},
        {"status": "suppressed", "finished_at": NOW},
        {"status": "expired", "finished_at": NOW},
        {"status": "expired", "reason": "too late"},
        {"status": "claimed"},
        {"status": "claimed", "lease_until": NOW},
        {"status": "planned", "lease_until": NOW, "claimed_by": "w"},
        {"status": "planned", "finished_at": NOW},
        {"status": "submitting", "lease_until": NOW, "claimed_by": "w"},
        {"status": "in_doubt", "lease_until": NOW, "claimed_by": "w", "attempts": 1, "submitted_at": NOW},
        {"status": "gone"},
        {"channel": "voice"},
        {"expires_at": NOW},
        {"body": ""},
    ],
)
def test_the_database_refuses_impossible_rows(impossible: dict[str, Any]) -> None:
    enqueue([draft()], now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.update(**impossible)


class TestWake:
    @pytest.fixture(autouse=True)
    def _broker_is_expected(self) -> Iterator[None]:
        broker.expect_back()
        yield
        broker.expect_back()

    @pytest.mark.django_db
    def test_a_dead_broker_is_left_alone_and_costs_the_caller_nothing(
        self, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
    ) -> None:
        asked: list[str] = []

        def refuse(name: str, **_: Any) -> None:
            asked.append(name)
            raise ConnectionError

        monkeypatch.setattr(current_app, "send_task", refuse)
        for _ in range(5):
            with django_capture_on_commit_callbacks(execute=True):
                outbox.wake(Urgency.URGENT)
        assert asked == ["messaging.dispatch_urgent"]

    @pytest.mark.django_db
    def test_nobody_is_woken_for_what_was_rolled_back(self, django_capture_on_commit_callbacks: Any) -> None:
        with (
            django_capture_on_commit_callbacks() as callbacks,
            contextlib.suppress(RuntimeError),
            transaction.atomic(),
        ):
            outbox.wake(Urgency.ORDINARY)
            raise RuntimeError
        assert callbacks == []

    def test_a_real_broker_that_is_away_and_comes_back(self, redis_url: str, redis_server: Any) -> None:
        assert broker.publish("messaging.dispatch_ordinary")
        redis_server.kill()
        assert not broker.publish("messaging.dispatch_ordinary")
        redis_server.start()
        broker.expect_back()
        assert broker.publish("messaging.dispatch_ordinary")
        client = redis.Redis.from_url(redis_url)
        assert client.llen("ordinary") == 1
        client.close()
