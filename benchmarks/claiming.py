"""Claiming, beginning and recording without a provider: rows a second among ten thousand planned, and three million.

Both outboxes stand in one database, each in a schema of its own, and are drained in turns: what else the machine
does meanwhile falls on both alike. What is due was handed in last, as in life; what is not due yet lies before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from benchmarks import outbox_rows
from benchmarks.due import looking_at
from benchmarks.figures import Figure, Findings, say, timed
from messaging import bulk, gate, outbox, record
from messaging.channels.base import Accepted
from messaging.domain.delivery import Status, Urgency
from messaging.models import Attempt, Message
from messaging.tally import Tally

BATCH = 500
WORKER = "benchmark"
_LEASE = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many are planned in each outbox and not due, and how many more are due in each round."""

    small: int
    large: int
    due: int


FULL = Sizes(10_000, 3_000_000, due=10_000)
TINY = Sizes(300, 3_000, due=60)


def run(*, now: datetime, rounds: int = 3, sizes: Sizes = FULL) -> Findings:
    """Fill both outboxes, drain what is due in turns."""
    planned = {"small": sizes.small, "large": sizes.large}
    outbox_rows.agreed(range(sizes.due * (rounds + 1)), now=now)
    for name, count in planned.items():
        say(f"claiming: filling an outbox with {count:,} planned messages")
        with looking_at(name):
            _fill(count, now=now)
    rates: dict[str, list[float]] = {name: [] for name in planned}
    # The first is not counted: it reads everything in.
    for number in range(rounds + 1):
        say(f"claiming: round {number} of {rounds}" if number else "claiming: warming up")
        for name in planned:
            with looking_at(name):
                rate = _round(range(number * sizes.due, (number + 1) * sizes.due), now=now)
            if number:
                rates[name].append(rate)
    with connection.cursor() as cursor:
        for name in planned:
            cursor.execute(f"DROP SCHEMA {name} CASCADE")
    return Findings(_figures(rates, sizes))


def _fill(planned: int, *, now: datetime) -> None:
    """The product's own tables in the schema that is looked at; what is planned is due within the coming year."""
    with connection.schema_editor() as editor:
        for model in (Message, Attempt):
            editor.create_model(model)
    due_at = now + timedelta(days=1)
    outbox_rows.texts(range(planned), series="planned", due_at=due_at, spread=timedelta(days=365))
    _vacuum()


def _round(numbers: range, *, now: datetime) -> float:
    """Hand in what is due, then take it through: rows a second."""
    outbox_rows.texts(numbers, series="due", due_at=now - timedelta(minutes=1))
    _vacuum()
    seconds, done = timed(lambda: _drain(now))
    accepted = Message.objects.filter(status=Status.ACCEPTED, attempts=1).count()
    if done != len(numbers) or accepted != numbers.stop:
        raise RuntimeError(f"{len(numbers)} were due, {done} were taken, {accepted} of {numbers.stop} are accepted")
    return len(numbers) / seconds


def _drain(now: datetime) -> int:
    """As a run of the engine does it, but for the carrier, which takes everything and says nothing."""
    done = 0
    while batch := outbox.claim(urgency=Urgency.ORDINARY, limit=BATCH, now=now, lease=_LEASE, worker=WORKER):
        wanted = gate.sift(batch, Tally(), worker=WORKER, now=now)
        with transaction.atomic(durable=True):
            asking = bulk.begin(wanted, worker=WORKER, now=now).asking
        answers = [(message, Accepted(f"SM{message.pk:032}")) for message in asking]
        with transaction.atomic(durable=True):
            record.outcomes(answers, worker=WORKER, now=now)
        done += len(asking)
    return done


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {Message._meta.db_table}, {Attempt._meta.db_table}")


def _figures(rates: dict[str, list[float]], sizes: Sizes) -> list[Figure]:
    what = f"claiming, beginning and recording {sizes.due:,} due messages in batches of {BATCH}, no carrier"
    few, many = f"{sizes.small:,}", f"{sizes.large:,}"
    growth = [small / large for small, large in zip(rates["small"], rates["large"], strict=True)]
    return [
        Figure(f"{what}, among {few} planned", rates["small"], " messages/s"),
        Figure(f"{what}, among {many} planned", rates["large"], " messages/s", headline=True),
        Figure(
            f"time of the same among {many}, as a multiple of among {few}",
            growth,
            "×",
            2,
            at_most=1.3,
            headline=True,
        ),
    ]
