"""`manage.py import_patients FILE.csv`: patients, their phones and mailboxes, their consent."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from patients.imports.patient_rows import COLUMNS
from patients.imports.report import Report
from patients.models import Clinic
from reminders.imports.batches import FIRST_CLINIC, Mode
from reminders.imports.patients import import_patients
from reminders.management.importing import ImportCommand


class Command(ImportCommand):
    """Import patients."""

    help = "Import patients, by MRN."
    columns = COLUMNS

    def take_in(self, path: Path, *, clinic: Clinic | None, now: datetime, mode: Mode, encoding: str) -> Report:
        """Import the patients of the file; into a new clinic where there is none yet."""
        report = import_patients(path, clinic=clinic, now=now, mode=mode, encoding=encoding)
        if clinic is None and any(report.counts.values()) and not mode.dry_run:
            self.stderr.write(
                f"There was no clinic yet: “{FIRST_CLINIC}” was made. Give it its name, telephone lines and zone "
                "in the admin: without a daytime line no reminder can leave."
            )
        return report
