"""Runs the watchdog: a process of its own, outside Celery, with a database connection of its own."""

from __future__ import annotations

import json
import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.utils import timezone

from alerts.watchdog.loop import Watchdog
from alerts.watchdog.rounds import DatabaseAway
from config import heartbeat
from config.watching import Processes
from messaging import broker

#: A lock that somebody holds, or a statement that does not end, must not hold the watchdog.
LIMITS = "SET lock_timeout = '3s'; SET statement_timeout = '20s'"


class Command(BaseCommand):
    """`manage.py watchdog`: goes round until SIGTERM. `--once`: one round, JSON, exit 1 when something was wrong."""

    help = "Watches over red flags from outside: does what is overdue, shouts, and pings WATCHDOG_PING_URL."
    # Whoever waits for a database that is away must not ask it for its migrations first.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round; prints what it found and mended")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        # What it writes it also sends: it never asks Redis to wake somebody else.
        broker.leave_alone()
        connection_created.connect(_limit, dispatch_uid="watchdog")
        processes = Processes(since=None if once else timezone.now())
        watchdog = Watchdog(
            clock=timezone.now,
            mark=lambda now: heartbeat.mark(heartbeat.WATCHDOG, now=now),
            ping_url=settings.WATCHDOG_PING_URL,
            extra=[processes.check()],
        )
        if once:
            self._once(watchdog)
            return
        for asked in (signal.SIGTERM, signal.SIGINT):
            signal.signal(asked, watchdog.stop)
        watchdog.live()

    def _once(self, watchdog: Watchdog) -> None:
        try:
            report = watchdog.round()
        except DatabaseAway as away:
            raise CommandError(f"the database does not answer ({type(away.__cause__).__name__})") from away
        finally:
            connection.close()
        self.stdout.write(json.dumps(report.to_json(), indent=2))
        if not report.is_well:
            sys.exit(1)


def _limit(sender: object, connection: BaseDatabaseWrapper, **_: Any) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(LIMITS)
