"""The watchdog's life: round after round until it is asked to stop, whatever goes wrong on the way.

A database that is away is waited for, loudly. A round that hangs ends the process with a trace of where it
hung: whoever started it starts it again, and the silence of its pings and of its heartbeat says so meanwhile.
"""

from __future__ import annotations

import faulthandler
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime

import requests
import structlog
from django.db import DatabaseError, close_old_connections, connection

from alerts import alarms, canary
from alerts.watchdog.finding import Check, Clock
from alerts.watchdog.rounds import PREFIX, DatabaseAway, Report, Rounds

log = structlog.get_logger(__name__)

PAUSE = 1.0
#: Between two tries of a database that is away.
LONGEST_PAUSE = 5.0
PING_EVERY = 60.0
MARK_EVERY = 5.0
#: Longer than the slowest honest round, in which a carrier that hangs is asked many times.
HUNG = 180.0


class Watchdog:
    """One life of the watchdog."""

    def __init__(
        self, *, clock: Clock, mark: Callable[[datetime], None], ping_url: str = "", extra: Sequence[Check] = ()
    ) -> None:
        self._clock = clock
        self._mark = mark
        self._ping_url = ping_url
        self._rounds = Rounds(extra)
        self._stop = threading.Event()
        self._ping_at = self._mark_at = 0.0
        self._failures = 0

    def stop(self, *_: object) -> None:
        """Signal handler: the present round is the last one."""
        self._stop.set()

    def live(self) -> None:
        """Go round until asked to stop."""
        log.info("watchdog_at_work")
        while not self._stop.is_set():
            faulthandler.dump_traceback_later(HUNG, exit=True)
            self._stop.wait(self._once())
        faulthandler.cancel_dump_traceback_later()
        connection.close()
        log.info("watchdog_stopped")

    def round(self) -> Report:
        """One round, for whoever wants only that. DatabaseAway when the database does not answer."""
        return self._rounds.go(self._clock)

    def _once(self) -> float:
        """One round; answers how many seconds to rest."""
        try:
            close_old_connections()
            report = self._rounds.go(self._clock)
            self._leave_mark()
        except (DatabaseAway, DatabaseError) as error:
            self._failures += 1
            log.error("watchdog_without_database", tries=self._failures, error=type(error.__cause__ or error).__name__)
            connection.close()
            return min(PAUSE * self._failures, LONGEST_PAUSE)
        except Exception as error:  # noqa: BLE001 - a watchdog that dies of a surprise watches nothing
            self._failures += 1
            log.error("watchdog_surprised", tries=self._failures, error=type(error).__name__)
            return min(PAUSE * self._failures, LONGEST_PAUSE)
        if self._failures:
            log.warning("watchdog_sees_again", after_tries=self._failures)
            self._failures = 0
        self._ping_if_well(report)
        return PAUSE

    def _leave_mark(self) -> None:
        if time.monotonic() >= self._mark_at:
            self._mark(self._clock())
            self._mark_at = time.monotonic() + MARK_EVERY

    def _ping_if_well(self, report: Report) -> None:
        """Say outside that all is well. Silence is the alarm, so a ping is never said while anything is wrong."""
        if not self._ping_url or time.monotonic() < self._ping_at:
            return
        machine = (f"{PREFIX}:", canary.ALARM)
        if report.troubles or any(alarm.key.startswith(machine) for alarm in alarms.open_alarms()):
            return
        self._ping_at = time.monotonic() + PING_EVERY
        # In a thread of its own: whoever listens there must not hold up a page.
        threading.Thread(target=_ping, args=(self._ping_url,), daemon=True).start()


def _ping(url: str) -> None:
    try:
        with requests.get(url, timeout=5, stream=True) as answer:
            answer.raise_for_status()
    except requests.RequestException as error:
        # Without the address: whoever knows it can say that all is well.
        log.warning("watchdog_ping_failed", error=type(error).__name__)
