"""Importing patients: rows to patients and contact points, consent to the ledger, moved zones to new plans."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from zoneinfo import available_timezones

from django.conf import settings

from patients.imports.csv_reading import Row, read_table
from patients.imports.patient_rows import COLUMNS, Customs, PatientRow, judge
from patients.imports.report import Outcome, Rejection, Report
from patients.imports.store import Stored, store
from patients.models import Clinic
from reminders.imports.batches import FIRST_CLINIC, Mode, Watch, store_all
from reminders.imports.consents import record_consents
from reminders.models import Schedule
from reminders.planner import plan_schedules

RECORDED_BY = "import_patients"


def import_patients(path: Path, *, clinic: Clinic | None, now: datetime, mode: Mode, encoding: str = "") -> Report:
    """Take the file in. Without a clinic a first one is made together with its first patients."""
    return take_patients(read_table(path, COLUMNS, encoding=encoding), clinic=clinic, now=now, mode=mode)


def take_patients(
    table: Iterable[Row | Rejection],
    *,
    clinic: Clinic | None,
    now: datetime,
    mode: Mode,
    by: str = RECORDED_BY,
    watch: Watch | None = None,
) -> Report:
    """Take a table in, however it was read. `by`: who answers for its consents."""
    clinic = clinic or Clinic(name=FIRST_CLINIC, short_name=FIRST_CLINIC)
    customs = Customs(
        region=clinic.phone_region,
        languages=tuple(settings.MESSAGE_LANGUAGES),
        zones=frozenset(available_timezones()),
        default_zone=clinic.timezone,
        now=now,
    )
    rows, rejected = judge(table, customs)
    return store_all(rows, rejected, lambda batch: _store(batch, clinic, now, by), mode, watch=watch)


def _store(batch: list[PatientRow], clinic: Clinic, now: datetime, by: str) -> list[Outcome]:
    if clinic._state.adding:
        clinic.save()
    stored = store(clinic, batch)
    record_consents(stored, now=now, by=by)
    _move_with_patients(stored, now)
    return [each.outcome for each in stored]


def _move_with_patients(stored: list[Stored], now: datetime) -> None:
    """A visit at nine is at nine where the patient lives now."""
    moved = [each.patient.pk for each in stored if each.zone_changed]
    if moved:
        plan_schedules(list(Schedule.objects.filter(patient__in=moved).values_list("pk", flat=True)), now=now)
