"""The watchdog as a process: starts with nothing there, outlives its database, pings while all is well."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import connection
from django.utils import timezone

from alerts import alarms
from alerts.models import Alarm
from config import heartbeat
from config.heartbeat import WATCHDOG
from config.models import Heartbeat
from config.queues import HOUSEKEEPING, ORDINARY, URGENT
from sandbox.launch.ports import LOOPBACK, free_port
from tests.support.processes import Running
from tests.support.waiting import eventually

pytestmark = [pytest.mark.django_db(transaction=True, databases=["default", "sandbox"]), pytest.mark.slow]
Start = Callable[..., Running]


def marked_since(moment: object) -> bool:
    return Heartbeat.objects.filter(name=WATCHDOG, at__gt=moment).exists()


def test_it_starts_without_redis_leaves_its_mark_and_stops(start_process: Start) -> None:
    began = timezone.now()
    watchdog = start_process("watchdog", REDIS_URL=f"redis://{LOOPBACK}:{free_port()}/0")
    eventually(lambda: marked_since(began), 30, what="its heartbeat")
    assert watchdog.stop() == 0
    watchdog.says("watchdog_stopped")
    assert "Traceback" not in watchdog.output()


def test_it_waits_for_a_database_that_is_away_and_says_so(start_process: Start) -> None:
    away = f"postgresql://nobody@{LOOPBACK}:{free_port()}/nothing"
    watchdog = start_process("watchdog", DATABASE_URL=away)
    eventually(lambda: watchdog.output().count("watchdog_without_database") >= 2, 30, what="it says so, and again")
    assert watchdog.process.poll() is None
    assert watchdog.stop() == 0


def test_a_connection_that_is_cut_is_opened_anew(start_process: Start) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connection that could be cut")
    watchdog = start_process("watchdog")
    eventually(lambda: marked_since(timezone.now() - timedelta(minutes=1)), 30, what="its heartbeat")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    cut = timezone.now()
    eventually(lambda: marked_since(cut), 30, what="its heartbeat after the cut")
    assert watchdog.process.poll() is None


HANGS = """
import django, threading
django.setup()
from django.utils import timezone
from alerts.watchdog import loop
from alerts.watchdog.finding import Check
loop.HUNG = 1.0
wait = Check("wait", lambda clock: threading.Event().wait())
loop.Watchdog(clock=timezone.now, mark=lambda now: None, extra=[wait]).live()
"""


def test_a_round_that_hangs_ends_the_process_with_a_trace_of_where(start_process: Start) -> None:
    """Whoever started it starts it again; a process that is there and does nothing would be worse."""
    watchdog = start_process("hangs", f"python -c {shlex.quote(HANGS)}")
    eventually(lambda: watchdog.process.poll() is not None, 30, what="it has ended itself")
    assert watchdog.process.returncode == 1
    assert "Timeout" in watchdog.output()
    assert "in _fenced" in watchdog.output()


def test_two_watchdogs_by_mistake_do_no_harm(start_process: Start) -> None:
    began = timezone.now()
    pair = [start_process("watchdog"), start_process("watchdog")]
    alarms.shout("two", "Told once.", now=timezone.now())
    eventually(lambda: marked_since(began), 30, what="a heartbeat")
    told = Alarm.objects.filter(key="two", told_at__isnull=False)
    eventually(told.exists, 30, what="the managers were told")
    first = told.get().told_at
    later = timezone.now()
    eventually(lambda: marked_since(later), 30, what="another heartbeat")
    assert told.get().told_at == first
    assert [one.process.poll() for one in pair] == [None, None]


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """Who hears the pings: its address, and what it heard."""
    heard: list[str] = []

    class Ear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quietly."""

    server = HTTPServer((LOOPBACK, 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{LOOPBACK}:{server.server_port}/ping/secret-name", heard
    server.shutdown()
    server.server_close()


def test_it_pings_while_all_is_well_and_never_names_the_address(
    start_process: Start, listener: tuple[str, list[str]]
) -> None:
    url, heard = listener
    watchdog = start_process("watchdog", WATCHDOG_PING_URL=url)
    eventually(lambda: heard, 30, what="a ping")
    assert heard == ["/ping/secret-name"]
    assert "secret-name" not in watchdog.output()


def test_it_does_not_ping_while_something_is_wrong(start_process: Start, listener: tuple[str, list[str]]) -> None:
    url, heard = listener
    for name in ("beat", URGENT, ORDINARY, HOUSEKEEPING):
        heartbeat.mark(name, now=timezone.now())
    alarms.shout("canary", "The test alert did not come back.", now=timezone.now())
    began = timezone.now()
    watchdog = start_process("watchdog", WATCHDOG_PING_URL=url)
    eventually(lambda: marked_since(began), 30, what="its heartbeat")
    assert heard == []
    Alarm.objects.update(closed_at=timezone.now())
    eventually(lambda: heard, 30, what="a ping once it is over")
    assert watchdog.process.poll() is None
