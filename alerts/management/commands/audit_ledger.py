"""Proves the accounting: every alert and every message in one state of the published table, and no orphans."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from alerts.domain.ledger import table
from alerts.ledger import Accounting, accounting


class Command(BaseCommand):
    """`manage.py audit_ledger --format json`: exit 1 when something is lost or does not add up."""

    help = "Counts every alert, page, text, review and message by its state, and names orphans by id; exit 1 on any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=("table", "json"), default="table")
        parser.add_argument("--states", action="store_true", help="print the published table of states, count nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["states"]:
            self.stdout.write(table(), ending="")
            return
        seen = accounting(timezone.now())
        if options["format"] == "json":
            self.stdout.write(json.dumps(seen.to_json(), indent=2))
        else:
            self._print(seen)
        if not seen.is_whole:
            sys.exit(1)

    def _print(self, seen: Accounting) -> None:
        for one in seen.accounts:
            self.stdout.write(
                f"{one.book.value:<10}{one.total:>9}   {'adds up' if one.balanced else 'DOES NOT ADD UP'}"
            )
            for state, count in one.counts.items():
                self.stdout.write(f"  {state:<14}{count:>9}")
        self.stdout.write(f"{'orphans':<10}{seen.orphans:>9}")
        for lost in seen.lost:
            named = ", ".join(map(str, lost.ids[:10]))
            self.stdout.write(f"  {lost.kind.value}: {lost.count} ({lost.kind.words}): {named}")
