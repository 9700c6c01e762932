"""Planning on PostgreSQL: rows per second, whether the cost per schedule stays, and how far from the limit it is.

The limit is the database taking the very same rows: through Django's own bulk insert, and through COPY. The usual
pattern, `get_or_create` row by row, is measured beside it. All ratios are taken within one run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from django.db import connection, transaction

from benchmarks import clinic
from benchmarks.figures import Figure, Findings, say, timed
from reminders.models import PlannedReminder, Schedule, Visit
from reminders.planner import plan_schedules

SIZES = (1_000, 10_000)
#: How many schedules' rows the row-by-row pattern writes: its cost per row does not depend on it.
ROW_BY_ROW = 20
_PER_SCHEDULE = clinic.VISITS * (1 + len(clinic.RUNGS))


def run(*, now: datetime, rounds: int = 3, sizes: tuple[int, int] = SIZES) -> Findings:
    """Measure it `rounds` times."""
    small, large = sizes
    ids = clinic.people(large, now=now)
    _plan(ids[: min(50, small)], now)
    rates: dict[str, list[float]] = {name: [] for name in ("small", "large", "again", "bulk", "copy", "one")}
    for number in range(1, rounds + 1):
        say(f"planning, round {number} of {rounds}: {small:,} schedules, then {large:,}")
        rates["small"].append(_plan(ids[:small], now) * 1e3 / small)
        rates["bulk"].append(_bulk_create(ids[:small]) * 1e3 / small)
        few = ids[: min(ROW_BY_ROW, small)]
        rates["one"].append(_row_by_row(few) * 1e3 / len(few))
        rates["large"].append(_plan(ids, now) * 1e3 / large)
        rates["again"].append(_plan_again(ids, now) * 1e3 / large)
        rates["copy"].append(_copy() * 1e3 / large)
    clinic.unplan()
    return Findings(_figures(rates, small, large))


def _figures(rates: dict[str, list[float]], small: int, large: int) -> list[Figure]:
    """Figures from milliseconds per schedule."""

    def per_second(name: str) -> list[float]:
        return [_PER_SCHEDULE * 1e3 / cost for cost in rates[name]]

    def ratio(slow: str, fast: str) -> list[float]:
        return [one / other for one, other in zip(rates[slow], rates[fast], strict=True)]

    what = f"{large:,} schedules × 12 visits × 5 reminders ({large * _PER_SCHEDULE:,} rows)"
    return [
        Figure(f"planning {what}", per_second("large"), " rows/s"),
        Figure(f"cost of planning one schedule among {large:,}", rates["large"], " ms", 2),
        Figure(f"… as a multiple of one among {small:,}", ratio("large", "small"), "×", 2, at_most=1.3),
        Figure("planning them again, with nothing to change", rates["again"], " ms a schedule", 2),
        Figure("bare bulk insert of the same rows through Django", per_second("bulk"), " rows/s"),
        Figure("COPY of the same rows", per_second("copy"), " rows/s"),
        Figure("planning, as a multiple of the bare bulk insert", ratio("small", "bulk"), "×", 2),
        Figure("planning, as a multiple of COPY", ratio("large", "copy"), "×", 2),
        Figure("get_or_create row by row", per_second("one"), " rows/s"),
        Figure("… as a multiple of planning", ratio("one", "large"), "×", 1),
    ]


def _plan(ids: Sequence[int], now: datetime) -> float:
    clinic.unplan()
    seconds, report = timed(lambda: plan_schedules(ids, now=now, horizon_days=clinic.HORIZON_DAYS))
    expected = len(ids) * clinic.VISITS, len(ids) * clinic.VISITS * len(clinic.RUNGS)
    if (report.visits_added, report.reminders_added) != expected:
        raise RuntimeError(f"planned {report}, where {expected} visits and reminders were expected")
    return seconds


def _plan_again(ids: Sequence[int], now: datetime) -> float:
    seconds, report = timed(lambda: plan_schedules(ids, now=now, horizon_days=clinic.HORIZON_DAYS))
    if report.changed:
        raise RuntimeError(f"planning again was not idle: {report}")
    return seconds


def _bulk_create(ids: Sequence[int]) -> float:
    """The same rows once more, from objects that are ready."""
    visits = list(Visit.objects.order_by("pk"))
    reminders = list(PlannedReminder.objects.order_by("pk"))
    clinic.empty()

    def write() -> None:
        with transaction.atomic():
            Visit.objects.bulk_create(visits, batch_size=2000)
            PlannedReminder.objects.bulk_create(reminders, batch_size=2000)

    return timed(write)[0]


def _row_by_row(ids: Sequence[int]) -> float:
    """What a loop over visits and rules does: look, insert if absent; one transaction a schedule."""
    visits = list(Visit.objects.filter(schedule__in=ids).order_by("pk"))
    reminders = {visit.pk: list(PlannedReminder.objects.filter(visit=visit)) for visit in visits}
    clinic.empty()

    def write() -> None:
        for schedule in Schedule.objects.filter(pk__in=ids):
            with transaction.atomic():
                for visit in (visit for visit in visits if visit.schedule_id == schedule.pk):
                    _visit_and_reminders(visit, reminders[visit.pk])

    return timed(write)[0]


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


def _copy() -> float:
    """What planning has just written, written again by COPY from memory."""
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

        return timed(write)[0]
