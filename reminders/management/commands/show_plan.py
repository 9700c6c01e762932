"""`manage.py show_plan`: which reminders are planned, sent or skipped, and when."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from patients.models import Patient
from reminders.plan_listing import COLUMNS, listing

DEFAULT_SPAN = timedelta(days=90)
_WIDTHS = {"mrn": 10, "treatment": 12, "rule": 18, "channel": 7, "local_send_at": 25, "state": 9}
_DEFAULT_WIDTH = 20
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?(\.\d+)?(Z|[+-]\d{2}:\d{2})?)?")


class Command(BaseCommand):
    """List planned reminders."""

    help = "List the reminders that are planned, handed over or skipped, in the order of sending."

    def add_arguments(self, parser: CommandParser) -> None:
        """Patient, window and format."""
        moment = "ISO 8601, by send_at; without an offset it is UTC"
        parser.add_argument("--mrn", default="", help="Only this patient.")
        parser.add_argument(
            "--from", dest="since", default="", metavar="T", help=f"From then on ({moment}). Default: now."
        )
        parser.add_argument(
            "--until", default="", metavar="T", help=f"Before then ({moment}). Default: 90 days after --from."
        )
        parser.add_argument("--format", choices=("table", "json"), default="table")
        parser.add_argument("--all", action="store_true", help="Cancelled reminders too.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the listing as it is read."""
        since = _moment("--from", options["since"]) or timezone.now()
        until = _moment("--until", options["until"]) or since + DEFAULT_SPAN
        if until < since:
            raise CommandError(f"--until {until.isoformat()} lies before --from {since.isoformat()}.")
        if options["mrn"] and not Patient.objects.filter(mrn=options["mrn"]).exists():
            raise CommandError(f"There is no patient {options['mrn']!r}.")
        rows = listing(since=since, until=until, mrn=options["mrn"], cancelled=options["all"])
        lines = _json(rows) if options["format"] == "json" else _table(rows)
        try:
            for line in lines:
                self.stdout.write(line)
        except BrokenPipeError:
            # Whoever reads (`| head`) has seen enough; nothing is to be flushed into the closed pipe.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _moment(flag: str, raw: str) -> datetime | None:
    if not raw:
        return None
    try:
        if not _MOMENT.fullmatch(raw):
            raise ValueError
        moment = datetime.fromisoformat(raw)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        raise CommandError(f"{flag} {raw!r} is not a moment as 2026-12-01 or 2026-12-01T09:00Z.") from None


def _json(rows: Iterator[dict[str, str]]) -> Iterator[str]:
    """One list, an entry a line, never held in memory as a whole."""
    last = next(rows, None)
    if last is None:
        yield "[]"
        return
    yield "["
    for row in rows:
        yield f"  {json.dumps(last, ensure_ascii=False)},"
        last = row
    yield f"  {json.dumps(last, ensure_ascii=False)}"
    yield "]"


def _table(rows: Iterator[dict[str, str]]) -> Iterator[str]:
    yield _line({name: name for name in COLUMNS})
    yield from map(_line, rows)


def _line(row: dict[str, str]) -> str:
    return "  ".join(row[name].ljust(_WIDTHS.get(name, _DEFAULT_WIDTH)) for name in COLUMNS).rstrip()
