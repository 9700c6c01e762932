"""The watchdog as a process: starts with nothing there, outlives its database, pings while all is well."""

from __future__ import annotations

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
