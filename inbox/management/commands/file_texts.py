"""`manage.py file_texts`: texts of the time before there were conversations, put into conversations."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from inbox import filing, ledger


class Command(BaseCommand):
    """File every text that stands in no conversation yet, in batches. Running it again changes nothing."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """File them, and say how things stand."""
        now = timezone.now()
        filed = filing.file_all(now=now)
        found = ledger.ledger(now=now)
        self.stdout.write(
            f"{filed} texts filed; {found.open_texts} wait for a person, {found.late_texts} of them past their time; "
            f"{found.unfiled} stand nowhere."
        )
