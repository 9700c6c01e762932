"""A row about a schedule, judged without a database: each cell for itself, and the rows against each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from patients.imports import cells
from patients.imports.cells import Cells
from patients.imports.csv_reading import Row
from patients.imports.report import Rejection

COLUMNS = ("mrn", "treatment", "first_visit", "interval_days", "visits", "location")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRow:
    """A row that reads well; whether patient and treatment exist is for the database to say. Blank is None."""

    number: int
    mrn: str
    treatment: str
    first_visit: datetime  # naive: by the patient's own clock
    interval_days: int | None
    visits: int | None
    location: str | None


def judge(rows: Iterable[Row | Rejection]) -> tuple[list[ScheduleRow], list[Rejection]]:
    """The rows that read well, and what is wrong with the others."""
    good: list[ScheduleRow] = []
    rejected: list[Rejection] = []
    seen: dict[tuple[str, str, datetime], int] = {}
    for row in rows:
        if isinstance(row, Rejection):
            rejected.append(row)
            continue
        reading = Cells(row)
        mrn = reading.take("mrn", cells.text(40), required=True)
        treatment = reading.take("treatment", lambda raw: cells.text(40)(raw).lower(), required=True)
        first_visit = reading.take("first_visit", cells.local_time, required=True)
        interval_days = reading.take("interval_days", cells.whole_number)
        visits = reading.take("visits", cells.whole_number)
        location = reading.take("location", cells.text(120))
        if mrn and treatment and first_visit:
            first = seen.setdefault((mrn, treatment, first_visit), row.number)
            if first != row.number:
                reading.reject("first_visit", f"The same schedule stands on row {first} and on row {row.number}.")
        if reading.errors or not (mrn and treatment and first_visit):
            rejected.extend(reading.errors)
            continue
        good.append(
            ScheduleRow(
                number=row.number,
                mrn=mrn,
                treatment=treatment,
                first_visit=first_visit,
                interval_days=interval_days,
                visits=visits,
                location=location,
            )
        )
    return good, rejected
