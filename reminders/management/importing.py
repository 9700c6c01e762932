"""What the two import commands share: their flags, their answer as JSON, their exit code."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from patients.imports.report import FileRefused, Report
from patients.models import Clinic
from reminders.imports.batches import Mode, choose_clinic

_ENDING = """
The answer is JSON on standard output: how many rows were created, updated, unchanged, and the rejected ones
with row, field and error. Rows are numbered as a spreadsheet shows them: the header is row 1; row 0 speaks of
the whole file. Exit code 1 when a row was rejected, with --skip-invalid too. Without it nothing at all is
imported then, and the counts are 0. A blank cell changes nothing.
"""


class ImportCommand(BaseCommand):
    """A command that takes a file in, wholly or not at all."""

    columns: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The flags of every import."""
        parser.description = f"{self.help} Columns: {', '.join(self.columns)}."
        parser.epilog = _ENDING
        parser.add_argument("file", type=Path, help="CSV with a header: commas, semicolons or tabs; UTF-8 or UTF-16.")
        parser.add_argument("--dry-run", action="store_true", help="Answer what would happen, and store nothing.")
        parser.add_argument("--skip-invalid", action="store_true", help="Import the good rows, report the others.")
        parser.add_argument("--clinic", default="", help="Name of the clinic; needed when there is more than one.")
        parser.add_argument("--encoding", default="", help="For files that are not Unicode, e.g. cp1252.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, print the report, and fail when a row was rejected."""
        mode = Mode(dry_run=options["dry_run"], skip_invalid=options["skip_invalid"])
        now = timezone.now()
        try:
            clinic = choose_clinic(options["clinic"])
            report = self.take_in(options["file"], clinic=clinic, now=now, mode=mode, encoding=options["encoding"])
        except FileRefused as refusal:
            report = Report(rejected=[refusal.rejection])
        self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
        if report.rejected:
            kept = (
                "the others were imported" if mode.skip_invalid and any(report.counts.values()) else "nothing imported"
            )
            rows = len({rejection.row for rejection in report.rejected})
            raise CommandError(f"{rows} row{'' if rows == 1 else 's'} rejected; {'dry run' if mode.dry_run else kept}.")

    def take_in(self, path: Path, *, clinic: Clinic | None, now: datetime, mode: Mode, encoding: str) -> Report:
        """Import the file at `path`."""
        raise NotImplementedError
