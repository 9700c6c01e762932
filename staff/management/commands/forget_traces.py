"""Take away traces that are older than the clinic keeps them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from staff.trace import Trace

#: So many rows in one statement: nobody waits behind it.
BATCH = 5_000
#: Nothing younger goes, whatever is typed.
LEAST_DAYS = 365


class Command(BaseCommand):
    """`forget_traces --older-than DAYS [--dry-run]`."""

    help = "Removes changes and looks recorded more than so many days ago (at least 365)."

    def add_arguments(self, parser: CommandParser) -> None:
        """How old, and whether to only count."""
        parser.add_argument("--older-than", type=int, required=True, metavar="DAYS")
        parser.add_argument("--dry-run", action="store_true", help="Say how many there are; take none away.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Oldest first, a batch at a time."""
        days = options["older_than"]
        if days < LEAST_DAYS:
            raise CommandError(f"--older-than is {days}; traces are kept for at least {LEAST_DAYS} days.")
        old = Trace.objects.filter(timestamp__lt=timezone.now() - timedelta(days=days))
        if options["dry_run"]:
            self.stdout.write(f"{old.count()} traces are older than {days} days")
            return
        gone = 0
        while batch := list(old.order_by("timestamp").values_list("pk", flat=True)[:BATCH]):
            gone += Trace.objects.filter(pk__in=batch).delete()[0]
        self.stdout.write(f"{gone} traces older than {days} days were removed")
