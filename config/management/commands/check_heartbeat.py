"""Whether background processes were seen at work lately; exit 1 when one was not. For health checks."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from config.models import Heartbeat
from config.vitals import PROCESSES


class Command(BaseCommand):
    """`manage.py check_heartbeat beat urgent`."""

    help = "Exits 1 when one of the named processes was not seen at work lately."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="+", choices=sorted(PROCESSES), metavar="NAME")

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        now = timezone.now()
        seen = dict(Heartbeat.objects.values_list("name", "at"))
        silent = [name for name in names if name not in seen or now - seen[name] > PROCESSES[name]]
        if silent:
            raise CommandError(f"not seen at work lately: {', '.join(silent)}")
        self.stdout.write("at work")
