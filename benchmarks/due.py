"""Finding and claiming what is due: 1,000 rows among ten thousand planned reminders, and among three million.

Both tables stand in one database, each in a schema of its own, and are asked in turns: what else the machine
does meanwhile falls on both alike. Nothing is kept: every transaction is rolled back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from benchmarks import clinic, filling
from benchmarks.figures import Figure, Findings, say, timed
from reminders import release
from reminders.models import PlannedReminder

INDEX = "reminder_due"


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many are planned in each table, how many are due in both, and how often both are asked in one round."""

    small: int
    large: int
    due: int
    asked: int


FULL = Sizes(10_000, 3_000_000, due=1_000, asked=15)
TINY = Sizes(600, 6_000, due=60, asked=1)


def run(*, now: datetime, rounds: int = 3, sizes: Sizes = FULL) -> Findings:
    """Fill both tables, ask them in turns, look at the query's plan."""
    schemas = {"small": sizes.small, "large": sizes.large}
    schedules = -(-sizes.large // (clinic.VISITS * len(clinic.RUNGS)))
    clinic.empty()
    clinic.people(schedules, now=now)
    filling.visits(schedules, now=now)
    times: dict[str, dict[str, list[float]]] = {
        question: {name: [] for name in schemas} for question in ("find", "claim", "idle")
    }
    for name, count in schemas.items():
        say(f"due: filling a table with {count:,} planned reminders")
        with looking_at(name):
            _create_table()
            filling.reminders(count, due=sizes.due, now=now)
    statement = _statement(now, sizes.due)
    for number in range(1, rounds + 1):
        say(f"due: round {number} of {rounds}")
        for name in schemas:
            with looking_at(name):
                for question, seconds in _ask(statement, now, sizes).items():
                    times[question][name].append(seconds * 1e3)
    with looking_at("large"):
        plan = _explain(statement)
    _drop(schemas)
    return Findings(_figures(times, sizes), [(f"The query that releasing asks, among {sizes.large:,}", plan)])


def _figures(times: dict[str, dict[str, list[float]]], sizes: Sizes) -> list[Figure]:
    def multiple(question: str) -> list[float]:
        pairs = zip(times[question]["large"], times[question]["small"], strict=True)
        return [large / small for large, small in pairs]

    few, many = f"{sizes.small:,}", f"{sizes.large:,}"
    find, claim = f"finding {sizes.due:,} due reminders", "finding, locking and loading them with patient and course"
    growth = f"as a multiple of among {few}"
    return [
        Figure(f"{find} among {few}", times["find"]["small"], " ms", 2),
        Figure(f"{find} among {many}", times["find"]["large"], " ms", 2, headline=True),
        Figure(f"finding them among {many}, {growth}", multiple("find"), "×", 2, at_most=1.5, headline=True),
        Figure(f"{claim}, among {few}", times["claim"]["small"], " ms", 1),
        Figure(f"{claim}, among {many}", times["claim"]["large"], " ms", 1),
        Figure(f"{claim}, among {many}, {growth}", multiple("claim"), "×", 2, at_most=1.5, headline=True),
        Figure(f"asking when nothing is due, among {many}", times["idle"]["large"], " ms", 2),
    ]


def _ask(statement: tuple[str, Any], now: datetime, sizes: Sizes) -> dict[str, float]:
    """Seconds of each question: the quickest of the times it was asked. What else the machine does only adds."""
    due = sizes.due
    found: dict[str, list[float]] = {"find": [], "claim": [], "idle": []}
    for _ in range(sizes.asked):
        with _undone():
            seconds, rows = timed(lambda: _execute(statement))
            found["find"].append(seconds)
        with _undone():
            seconds, claimed = timed(lambda: release._claim_due(now, due))
            found["claim"].append(seconds)
        if not len(rows) == len(claimed) == due:
            raise RuntimeError(f"{due} are due, found {len(rows)}, claimed {len(claimed)}")
        with _undone():
            seconds, _ = timed(lambda: release._claim_due(datetime(2000, 1, 1, tzinfo=now.tzinfo), due))
            found["idle"].append(seconds)
    return {question: min(seconds) for question, seconds in found.items()}


def _statement(now: datetime, limit: int) -> tuple[str, Any]:
    """The very statement by which releasing finds what is due, as it goes to the database."""
    seen: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's shape
        seen.append((sql, params))
        return execute(sql, params, many, context)

    with _undone(), connection.execute_wrapper(note):
        release._claim_due(now, limit)
    return next((sql, params) for sql, params in seen if "due_at" in sql)


def _execute(statement: tuple[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        return list(cursor.fetchall())


def _explain(statement: tuple[str, Any]) -> str:
    """PostgreSQL's plan of the statement. A plan that passes by the partial index is an error."""
    sql, params = statement
    with _undone():
        lines = [row[0] for row in _execute((f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {sql}", params))]
    plan = "\n".join(lines)
    if f"Index Scan using {INDEX}" not in plan and f"Index Only Scan using {INDEX}" not in plan:
        raise RuntimeError(f"the query does not use {INDEX}:\n{plan}")
    return plan


@contextlib.contextmanager
def looking_at(schema: str) -> Iterator[None]:
    """Within the block a table that this schema has is this schema's; all others are the usual ones."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        cursor.execute(f"SET search_path TO {schema}, public")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET search_path TO public")


def _create_table() -> None:
    """The product's own table, indexes and constraints, once more, in the schema that is looked at."""
    with connection.schema_editor() as editor:
        editor.create_model(PlannedReminder)


def _drop(schemas: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        for name in schemas:
            cursor.execute(f"DROP SCHEMA {name} CASCADE")


@contextlib.contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
