"""`manage.py import_schedules FILE.csv`: who gets which treatment from when on, planned at once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from patients.imports.report import Report
from patients.models import Clinic
from reminders.imports.batches import Mode
from reminders.imports.schedule_rows import COLUMNS
from reminders.imports.schedules import import_schedules
from reminders.management.importing import ImportCommand


class Command(ImportCommand):
    """Import schedules."""

    help = (
        "Import treatment schedules of known patients, and plan their visits and messages. first_visit is the "
        "patient's local time, as 2026-12-01T09:30. Blank interval_days and visits take the treatment's own."
    )
    columns = COLUMNS

    def take_in(self, path: Path, *, clinic: Clinic | None, now: datetime, mode: Mode, encoding: str) -> Report:
        """Import the schedules of the file."""
        return import_schedules(path, clinic=clinic, now=now, mode=mode, encoding=encoding)
