"""The flood guard: nobody is flooded, whatever asks for it; a person decides about what was too much."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from messaging import bulk, guard, outbox, record
from messaging.domain.delivery import Purpose, Status, Urgency
from messaging.models import Message
from tests.support.messages import MAILBOX, NOW, PHONE, draft, mail, outbox_with

pytestmark = pytest.mark.django_db

LEASE = timedelta(minutes=10)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _limits(settings: Any) -> None:
    settings.ROUTINE_PER_HOUR, settings.ROUTINE_PER_DAY = 3, 5


def texts(count: int, *, start: int = 0, **changes: Any) -> list[Message]:
    return outbox_with(*(draft(f"visit-{number}", **changes) for number in range(start, start + count)))


def claimed(now: datetime = NOW, *, limit: int = 100, worker: str = "one") -> list[Message]:
    return outbox.claim(urgency=Urgency.ORDINARY, limit=limit, now=now, lease=LEASE, worker=worker)


def sent(messages: list[Message], *, now: datetime, worker: str = "one") -> int:
    """What the engine does with a chunk: hold what is too much, begin the rest."""
    reasons = guard.too_many(messages, now=now)
    for pk, reason in reasons.items():
        record.move(Message.objects.filter(pk=pk), Status.HELD, now=now, reason=reason)
    with transaction.atomic():
        return len(bulk.begin([one for one in messages if one.pk not in reasons], worker=worker, now=now).asking)


def turn(now: datetime = NOW, **changes: Any) -> int:
    return sent(claimed(now, **changes), now=now, worker=changes.get("worker", "one"))


def held() -> list[Message]:
    return list(guard.holding().order_by("pk"))


def test_it_holds_what_is_more_than_an_hour_allows_the_latest_first() -> None:
    rows = texts(5)
    assert turn() == 3
    assert [row.pk for row in held()] == [row.pk for row in rows[3:]]
    assert held()[0].reason == "too much for one address: 3 routine messages in an hour"


def test_it_counts_what_left_in_the_past_hour_and_in_the_past_day() -> None:
    texts(3)
    turn()
    texts(4, start=3, due_at=NOW + HOUR)
    assert turn(NOW + HOUR) == 2
    assert {row.reason for row in held()} == {"too much for one address: 5 routine messages in a day"}


def test_it_allows_the_same_again_a_day_later() -> None:
    for hour in (0, 1):
        texts(3, start=hour * 3, due_at=NOW + hour * HOUR)
        turn(NOW + hour * HOUR)
    later = NOW + 25 * HOUR + MINUTE
    texts(3, start=9, due_at=later, expires_at=later + HOUR)
    assert turn(later) == 3


def test_it_counts_each_address_by_itself() -> None:
    outbox_with(*(draft(f"text-{n}") for n in range(3)), *(mail(f"mail-{n}") for n in range(4)))
    assert turn() == 6
    assert [row.address for row in held()] == [MAILBOX]


def test_it_never_holds_an_answer_and_never_counts_one() -> None:
    outbox_with(*(draft(f"answer-{n}", purpose=Purpose.REPLIES) for n in range(10)))
    texts(3)
    assert turn() == 13
    assert held() == []


def test_it_never_holds_what_is_urgent() -> None:
    texts(9, urgency=Urgency.URGENT)
    messages = outbox.claim(urgency=Urgency.URGENT, limit=50, now=NOW, lease=LEASE, worker="one")
    assert len(messages) == 9
    assert guard.too_many(messages, now=NOW) == {}


def test_it_does_not_count_what_the_provider_has_not_taken() -> None:
    texts(3)
    turn()
    # Sent back by a 429: they wait for another try, and count when that leaves.
    record.move(Message.objects.filter(status=Status.SUBMITTING), Status.PLANNED, now=NOW, due_at=NOW + HOUR)
    texts(3, start=3)
    assert turn(NOW + MINUTE) == 3
    assert held() == []


def test_it_counts_what_is_in_doubt() -> None:
    texts(3)
    turn()
    record.leave_in_doubt(Message.objects.all(), now=NOW)
    texts(1, start=3)
    assert turn(NOW + MINUTE) == 0


def test_it_gives_back_what_is_too_much_only_with_what_another_worker_holds() -> None:
    texts(4)
    first, second = claimed(limit=2), claimed(limit=2, worker="two")
    assert sent(second, now=NOW, worker="two") == 1
    assert sent(first, now=NOW) == 2
    assert held() == []
    assert turn(NOW + MINUTE) == 0
    assert len(held()) == 1


def test_it_does_not_count_what_a_dead_worker_has_claimed() -> None:
    texts(5)
    claimed(limit=2, worker="dead")
    later = NOW + LEASE + MINUTE
    assert turn(later) == 3


def test_it_lets_through_what_a_person_wants_sent() -> None:
    texts(5)
    turn()
    assert guard.let_through([row.pk for row in held()], by="Ana", now=NOW) == 2
    assert turn() == 2
    let = Message.objects.filter(released_by="Ana")
    assert {(row.status, row.reason) for row in let} == {("submitting", "let through by Ana")}


def test_it_counts_what_was_let_through_against_the_next() -> None:
    texts(4)
    turn()
    guard.let_through([row.pk for row in held()], by="Ana", now=NOW)
    texts(1, start=4)
    assert turn() == 1
    assert len(held()) == 1


def test_it_drops_what_a_person_does_not_want_sent() -> None:
    texts(4)
    turn()
    assert guard.drop([row.pk for row in held()], by="Ana", now=NOW) == 1
    dropped = Message.objects.get(status=Status.SUPPRESSED)
    assert dropped.reason == "too much for one address; dropped by Ana"
    assert guard.let_through([dropped.pk], by="Ben", now=NOW) == 0


def test_it_ends_what_nobody_decided_about_in_time() -> None:
    texts(4)
    turn()
    assert guard.expire_held(now=NOW + 11 * HOUR) == 0
    over = NOW + 12 * HOUR
    assert guard.let_through([row.pk for row in held()], by="Ana", now=over) == 0
    assert guard.expire_held(now=over) == 1
    assert "nobody let it through" in Message.objects.get(status=Status.EXPIRED).reason


def _together(act: Callable[[int], int], hands: int) -> int:
    def apart(number: int) -> int:
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(hands) as pool:
        return sum(pool.map(apart, range(hands)))


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one in at a time")
@pytest.mark.django_db(transaction=True)
def test_it_holds_the_limit_exactly_among_many_workers() -> None:
    assert connection.vendor == "postgresql"
    other = "+12025550199"
    texts(20)
    outbox_with(*(draft(f"other-{number}", address=other) for number in range(20)))

    def work(number: int) -> int:
        worker, now, begun = f"worker-{number}", NOW, 0
        for _ in range(25):
            begun += turn(now, limit=2, worker=worker)
            # Past every pause that the guard may have asked for.
            now += timedelta(seconds=3)
        return begun

    assert _together(work, 4) == 6
    for address in (PHONE, other):
        of_address = Message.objects.filter(address=address)
        assert of_address.filter(status=Status.SUBMITTING).count() == 3
        assert of_address.filter(status=Status.HELD).count() == 17
