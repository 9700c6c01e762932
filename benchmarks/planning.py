"""Planning on PostgreSQL: rows per second, whether the cost per schedule stays, and how far from the limit it is.

The limit is the database taking the very same rows: through Django's own bulk insert, and through COPY. The usual
pattern, `get_or_create` row by row, is measured beside it. All ratios are taken within one run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TypeVar

from django.db import connection, transaction

from benchmarks import clinic
from benchmarks.figures import Figure, Findings, processor_seconds, say, timed
from reminders.models import PlannedReminder, Schedule, Visit
from reminders.planner import plan_schedules

T = TypeVar("T")

SIZES = (1_000, 10_000)
#: How many schedules' rows the row-by-row pattern writes: its cost per row does not depend on it.
ROW_BY_ROW = 20
_PER_SCHEDULE = clinic.VISITS * (1 + len(clinic.RUNGS))


@dataclass(frozen=True, slots=True)
class Cost:
    """What one schedule cost, in milliseconds: by the clock, and of processor time."""

    clock: float
    processor: float


def run(*, now: datetime, rounds: int = 3, sizes: tuple[int, int] = SIZES) -> Findings:
    """Measure it `rounds` times."""
    small, large = sizes
    ids = clinic.people(large, now=now)
    few = ids[: min(ROW_BY_ROW, small)]
    _plan(ids[: min(50, small)], now)
    costs: dict[str, list[Cost]] = {name: [] for name in ("small", "large", "again", "bulk", "copy", "one")}
    for number in range(1, rounds + 1):
        say(f"planning: round {number} of {rounds}")
        costs["small"].append(_plan(ids[:small], now))
        costs["again"].append(_plan_again(ids[:small], now))
        costs["bulk"].append(_bulk_create(small))
        costs["one"].append(_row_by_row(few))
        costs["large"].append(_plan(ids, now))
        costs["copy"].append(_copy(large))
    clinic.unplan()
    return Findings(_figures(costs, small, large))


def _figures(costs: dict[str, list[Cost]], small: int, large: int) -> list[Figure]:
    def per_second(name: str) -> list[float]:
        return [_PER_SCHEDULE * 1e3 / cost.clock for cost in costs[name]]

    def ratio(one: str, other: str) -> list[float]:
        return [a.processor / b.processor for a, b in zip(costs[one], costs[other], strict=True)]

    by_the_clock = [a.clock / b.clock for a, b in zip(costs["large"], costs["small"], strict=True)]
    what = f"{large:,} schedules × 12 visits × 5 reminders ({large * _PER_SCHEDULE:,} rows)"
    growth = f"planning a schedule among {large:,}, as a multiple of one among {small:,}"
    time, bulk, one_by_one = "processor time", ratio("small", "bulk"), ratio("one", "small")
    again = [cost.clock for cost in costs["again"]]
    return [
        Figure(f"planning {what}", per_second("large"), " rows/s", headline=True),
        Figure(f"planning a schedule among {large:,}", [cost.clock for cost in costs["large"]], " ms", 2),
        Figure(f"{growth}, by the clock", by_the_clock, "×", 2, at_most=1.3),
        Figure(f"{growth}, in processor time", ratio("large", "small"), "×", 2, at_most=1.3, headline=True),
        Figure("planning a schedule again, with nothing to change", again, " ms", 2),
        Figure("bare bulk insert of the same rows through Django", per_second("bulk"), " rows/s"),
        Figure(f"{time} of planning, as a multiple of the bulk insert's", bulk, "×", 2, headline=True),
        Figure("bare COPY of the same rows", per_second("copy"), " rows/s"),
        Figure(f"{time} of planning, as a multiple of COPY's", ratio("large", "copy"), "×", 2),
        Figure("the same rows by get_or_create, one by one", per_second("one"), " rows/s"),
        Figure(f"{time} of get_or_create, as a multiple of planning's", one_by_one, "×", 1, headline=True),
    ]


def _cost(work: Callable[[], T], schedules: int) -> tuple[Cost, T]:
    before = processor_seconds()
    seconds, answer = timed(work)
    processor = processor_seconds() - before
    return Cost(seconds * 1e3 / schedules, processor * 1e3 / schedules), answer


def _plan(ids: Sequence[int], now: datetime) -> Cost:
    clinic.unplan()
    cost, report = _cost(lambda: plan_schedules(ids, now=now, horizon_days=clinic.HORIZON_DAYS), len(ids))
    expected = len(ids) * clinic.VISITS, len(ids) * clinic.VISITS * len(clinic.RUNGS)
    if (report.visits_added, report.reminders_added) != expected:
        raise RuntimeError(f"planned {report}, where {expected} visits and reminders were expected")
    return cost


def _plan_again(ids: Sequence[int], now: datetime) -> Cost:
    cost, report = _cost(lambda: plan_schedules(ids, now=now, horizon_days=clinic.HORIZON_DAYS), len(ids))
    if report.changed:
        raise RuntimeError(f"planning again was not idle: {report}")
    return cost


def _bulk_create(schedules: int) -> Cost:
    """What planning has just written for so many schedules, written once more from objects that are ready."""
    visits = list(Visit.objects.order_by("pk"))
    reminders = list(PlannedReminder.objects.order_by("pk"))
    clinic.empty()

    def write() -> None:
        with transaction.atomic():
            Visit.objects.bulk_create(visits, batch_size=2000)
            PlannedReminder.objects.bulk_create(reminders, batch_size=2000)

    return _cost(write, schedules)[0]


def _row_by_row(ids: Sequence[int]) -> Cost:
    """What a loop over visits and rules does: look, insert if absent; one transaction a schedule."""
    visits = list(Visit.objects.filter(schedule__in=ids).order_by("pk"))
    reminders = {visit.pk: list(PlannedReminder.objects.filter(visit=visit)) for visit in visits}
    clinic.empty()

    def write() -> None:
        for schedule in Schedule.objects.filter(pk__in=ids):
            with transaction.atomic():
                for visit in (visit for visit in visits if visit.schedule_id == schedule.pk):
                    _visit_and_reminders(visit, reminders[visit.pk])

    return _cost(write, len(ids))[0]


def _visit_and_reminders(wanted: Visit, reminders: Sequence[PlannedReminder]) -> None:
    visit, _ = Visit.objects.get_or_create(
        schedule_id=wanted.schedule_id,
        number=wanted.number,
        defaults={"on": wanted.on, "clock": wanted.clock, "at": wanted.at, "late_until": wanted.late_until},
    )
    for reminder in reminders:
        PlannedReminder.objects.get_or_create(
            visit=visit,
            rule_id=reminder.rule_id,
            channel=reminder.channel,
            anchor_at=reminder.anchor_at,
            defaults={
                "send_at": reminder.send_at,
                "due_at": reminder.due_at,
                "expires_at": reminder.expires_at,
            },
        )


def _copy(schedules: int) -> Cost:
    """What planning has just written for so many schedules, written once more by COPY from memory."""
    tables = (Visit._meta.db_table, PlannedReminder._meta.db_table)
    with connection.cursor() as cursor:
        written = []
        for name in tables:
            into = BytesIO()
            with cursor.copy(f"COPY {name} TO STDOUT (FORMAT binary)") as copy:
                for data in copy:
                    into.write(data)
            written.append(into.getvalue())
        clinic.empty()

        def write() -> None:
            with transaction.atomic():
                for name, rows in zip(tables, written, strict=True):
                    with cursor.copy(f"COPY {name} FROM STDIN (FORMAT binary)") as copy:
                        copy.write(rows)

        return _cost(write, schedules)[0]
