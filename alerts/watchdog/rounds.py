"""One round of the watchdog: every look that is due, each fenced off from the others, and the alarms kept true."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.db import DatabaseError, connection

from alerts import alarms
from alerts.metrics import WATCHDOG_MENDED, WATCHDOG_ROUNDS
from alerts.models import Alarm
from alerts.watchdog import checks
from alerts.watchdog.finding import Check, Clock, Look, Trouble

log = structlog.get_logger(__name__)

PREFIX = "watchdog"


class DatabaseAway(Exception):
    """The database does not answer."""


@dataclass(slots=True)
class Report:
    """What one round found and mended."""

    at: datetime
    looked: list[str] = field(default_factory=list)
    troubles: dict[str, str] = field(default_factory=dict)
    mended: dict[str, int] = field(default_factory=dict)

    @property
    def is_well(self) -> bool:
        """Nothing wrong, and nothing that a worker had left undone."""
        return not self.troubles and not self.mended

    def to_json(self) -> dict[str, Any]:
        """Plain values for `watchdog --once`."""
        return {
            "at": self.at.isoformat(),
            "well": self.is_well,
            "looked": self.looked,
            "found": [{"key": key, "words": words} for key, words in self.troubles.items()],
            "mended": self.mended,
        }


class Rounds:
    """Goes round: remembers when each look was last taken."""

    def __init__(self, extra: Sequence[Check] = ()) -> None:
        self._checks = (*checks.CHECKS, *extra)
        self._next = dict.fromkeys((check.name for check in self._checks), 0.0)

    def go(self, clock: Clock) -> Report:
        """Look at everything whose turn it is. DatabaseAway when nothing could be seen."""
        report = Report(at=clock())
        moment = time.monotonic()
        for check in self._checks:
            if self._next[check.name] <= moment:
                self._next[check.name] = moment + check.every
                self._take(check, clock, report)
        self._keep_alarms(report, now=clock())
        _fenced(checks.TELL, clock)
        WATCHDOG_ROUNDS.inc()
        return report

    def _take(self, check: Check, clock: Clock, report: Report) -> None:
        look = _fenced(check, clock)
        report.looked.append(check.name)
        for trouble in look.troubles:
            report.troubles[f"{PREFIX}:{check.name}:{trouble.key}"] = trouble.words
            alarms.shout(f"{PREFIX}:{check.name}:{trouble.key}", trouble.words, now=clock(), grave=trouble.grave)
        if look.mended:
            report.mended[check.name] = look.mended
            WATCHDOG_MENDED.labels(check=check.name).inc(look.mended)
            log.warning("watchdog_mended", check=check.name, count=look.mended)

    def _keep_alarms(self, report: Report, *, now: datetime) -> None:
        """An alarm of a look that was taken and found nothing of the kind is over."""
        mine = Alarm.objects.filter(closed_at__isnull=True, key__startswith=f"{PREFIX}:")
        for key in mine.values_list("key", flat=True):
            if key not in report.troubles and key.split(":")[1] in report.looked:
                alarms.settle(key, now=now)


def _fenced(check: Check, clock: Clock) -> Look:
    """Take one look; what breaks in it is a trouble of its own and stops nothing else."""
    try:
        return check.look(clock)
    except Exception as error:
        # Whatever breaks one look, the others are about other patients.
        if isinstance(error, DatabaseError) and not _database_answers():
            raise DatabaseAway from error
        # Not the error's words: they may repeat an address.
        log.error("watchdog_look_broke", check=check.name, error=type(error).__name__)
        words = f"The watchdog cannot look after {check.name} ({type(error).__name__}): the log says more."
        return Look((Trouble("broken", words),))


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
