"""Importing schedules: rows held against patients, catalogue and the schedules that are there; then planned."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from patients.imports.csv_reading import Row, read_table
from patients.imports.report import FileRefused, Outcome, Rejection, Report, quote
from patients.models import Clinic, Patient
from reminders.domain.words import ScheduleStatus
from reminders.imports.batches import BATCH, Mode, Watch, in_batches, store_all
from reminders.imports.schedule_rows import COLUMNS, ScheduleRow, judge
from reminders.models import Schedule, Treatment
from reminders.planner import BATCH as PLAN_BATCH
from reminders.planner import plan_schedules
from reminders.rulebook import RuleBook
from reminders.validation import check_schedule

#: The form's fields, as the file's columns call them.
_COLUMN_OF = {
    "first_visit_on": "first_visit",
    "visit_time": "first_visit",
    "number_of_visits": "visits",
    "patient": "mrn",
}
_CHANGED_FIELDS = ("interval_days", "number_of_visits", "location", "planned_until")

Identity = tuple[int, int, date, time]


@dataclass(slots=True)
class Proposal:
    """A schedule as the file wants it, not stored yet."""

    schedule: Schedule
    outcome: Outcome


@dataclass(slots=True)
class Proposals:
    """What a file comes to, judged against the database."""

    good: list[Proposal] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)


def import_schedules(path: Path, *, clinic: Clinic | None, now: datetime, mode: Mode, encoding: str = "") -> Report:
    """Take the file in, and plan what it brought at once.

    Planning follows storing, in transactions of its own: were it cut off, the sweep of horizons
    would plan the rest.
    """
    table = read_table(path, COLUMNS, encoding=encoding)
    return take_schedules(table, clinic=clinic, now=now, mode=mode)


def take_schedules(
    table: Iterable[Row | Rejection],
    *,
    clinic: Clinic | None,
    now: datetime,
    mode: Mode,
    watch: Watch | None = None,
) -> Report:
    """Take a table in, however it was read."""
    rows, rejected = judge(table)
    if clinic is None:
        raise FileRefused("There is no clinic yet; import its patients first.", field="clinic")
    proposals = _propose(rows, clinic, now)
    to_plan: list[int] = []

    def store(batch: list[Proposal]) -> Iterator[Outcome]:
        _store(batch)
        to_plan.extend(each.schedule.pk for each in batch if each.outcome is not Outcome.UNCHANGED)
        return (each.outcome for each in batch)

    report = store_all(proposals.good, [*rejected, *proposals.rejected], store, mode, watch=watch)
    if not mode.dry_run:
        _plan(to_plan, now)
    return report


def _plan(schedule_ids: Collection[int], now: datetime) -> None:
    book = RuleBook.load()
    for batch in in_batches(schedule_ids, PLAN_BATCH):
        plan_schedules(batch, now=now, rulebook=book)


def _propose(rows: Sequence[ScheduleRow], clinic: Clinic, now: datetime) -> Proposals:
    catalogue = {treatment.code: treatment for treatment in Treatment.objects.all()}
    proposals = Proposals()
    for batch in in_batches(rows, BATCH):
        mrns = {row.mrn for row in batch}
        patients = {patient.mrn: patient for patient in Patient.objects.filter(clinic=clinic, mrn__in=mrns)}
        there = _existing(patients.values())
        for row in batch:
            patient, treatment = patients.get(row.mrn), catalogue.get(row.treatment)
            if patient is None:
                proposals.rejected.append(Rejection(row.number, "mrn", f"There is no patient {quote(row.mrn)}."))
            if treatment is None:
                error = _unknown(row.treatment, tuple(catalogue))
                proposals.rejected.append(Rejection(row.number, "treatment", error))
            if patient is not None and treatment is not None:
                _judge_schedule(row, patient, treatment, there, proposals, now)
    return proposals


def _existing(patients: Collection[Patient]) -> dict[Identity, Schedule]:
    """The schedules of these patients; of several alike one that stands comes first, then the newest."""
    found: dict[Identity, Schedule] = {}
    for schedule in Schedule.objects.filter(patient__in=[patient.pk for patient in patients]).order_by("pk"):
        identity = (schedule.patient_id, schedule.treatment_id, schedule.first_visit_on, schedule.visit_time)
        if identity not in found or schedule.status != ScheduleStatus.CANCELLED:
            found[identity] = schedule
    return found


def _judge_schedule(
    row: ScheduleRow,
    patient: Patient,
    treatment: Treatment,
    there: dict[Identity, Schedule],
    proposals: Proposals,
    now: datetime,
) -> None:
    day, clock = row.first_visit.date(), row.first_visit.time()
    schedule = there.get((patient.pk, treatment.pk, day, clock))
    if schedule is not None and schedule.status == ScheduleStatus.CANCELLED:
        # Otherwise the next import would bring back what a coordinator has ended.
        error = (
            f"This schedule was cancelled ({schedule.status_reason or 'no reason given'}); start it again in the admin."
        )
        proposals.rejected.append(Rejection(row.number, "first_visit", error))
        return
    outcome = Outcome.CREATED
    if schedule is None:
        schedule = Schedule(first_visit_on=day, visit_time=clock, number_of_visits=treatment.default_visits)
    else:
        outcome = Outcome.UNCHANGED
    schedule.patient, schedule.treatment = patient, treatment
    said = {"interval_days": row.interval_days, "number_of_visits": row.visits, "location": row.location}
    for name, value in said.items():
        if value is not None and value != getattr(schedule, name):
            setattr(schedule, name, value)
            outcome = Outcome.UPDATED if outcome is Outcome.UNCHANGED else outcome
    if outcome is not Outcome.UNCHANGED and not _keeps(schedule, row, proposals, now):
        return
    proposals.good.append(Proposal(schedule, outcome))


def _keeps(schedule: Schedule, row: ScheduleRow, proposals: Proposals, now: datetime) -> bool:
    """Whether the schedule can be kept; what stands against it is added to the rejected."""
    try:
        check_schedule(schedule, now=now)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            column = _COLUMN_OF.get(name, name)
            proposals.rejected.extend(Rejection(row.number, column, message) for message in messages)
        return False
    return True


@transaction.atomic
def _store(batch: Sequence[Proposal]) -> None:
    Schedule.objects.bulk_create([each.schedule for each in batch if each.outcome is Outcome.CREATED])
    changed = [each.schedule for each in batch if each.outcome is Outcome.UPDATED]
    for schedule in changed:
        schedule.planned_until = None
    Schedule.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=_CHANGED_FIELDS,
    )


@lru_cache(maxsize=1024)
def _unknown(code: str, codes: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(code, codes, n=3, cutoff=0.4)
    hint = f"did you mean {' or '.join(near)}?" if near else "see the catalogue in the admin for the codes."
    return f"There is no treatment {quote(code)}; {hint}"
