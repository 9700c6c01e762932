"""Importing patients: rows to patients and contact points, consent to the ledger, moved zones to new plans."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import available_timezones

from django.conf import settings

from patients.imports.csv_reading import read_table
from patients.imports.patient_rows import COLUMNS, Customs, PatientRow, judge
from patients.imports.report import Outcome, Report
from patients.imports.store import Stored, store
from patients.models import Clinic
from reminders.imports.batches import FIRST_CLINIC, Mode, store_all
from reminders.imports.consents import record_consents
from reminders.models import Schedule
from reminders.planner import plan_schedules

RECORDED_BY = "import_patients"


def import_patients(path: Path, *, clinic: Clinic | None, now: datetime, mode: Mode, encoding: str = "") -> Report:
    """Take the file in. Without a clinic a first one is made together with its first patients."""
    clinic = clinic or Clinic(name=FIRST_CLINIC, short_name=FIRST_CLINIC)
    customs = Customs(
        region=clinic.phone_region,
        languages=tuple(settings.MESSAGE_LANGUAGES),
        zones=frozenset(available_timezones()),
        default_zone=clinic.timezone,
        now=now,
    )
    rows, rejected = judge(read_table(path, COLUMNS, encoding=encoding), customs)
    return store_all(rows, rejected, lambda batch: _store(batch, clinic, now), mode)


def _store(batch: list[PatientRow], clinic: Clinic, now: datetime) -> list[Outcome]:
    if clinic._state.adding:
        clinic.save()
    stored = store(clinic, batch)
    record_consents(stored, now=now, by=RECORDED_BY)
    _move_with_patients(stored, now)
    return [each.outcome for each in stored]


def _move_with_patients(stored: list[Stored], now: datetime) -> None:
    """A visit at nine is at nine where the patient lives now."""
    moved = [each.patient.pk for each in stored if each.zone_changed]
    if moved:
        plan_schedules(list(Schedule.objects.filter(patient__in=moved).values_list("pk", flat=True)), now=now)
