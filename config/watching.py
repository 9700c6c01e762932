"""Who watches whom: the watchdog asks whether beat and workers have done work, the workers ask after the watchdog.

Here and not in alerts/: the heartbeats are this room's, and it alone may know them and the alarms.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alerts import alarms
from alerts.watchdog.finding import Check, Clock, Look, Trouble
from config import vitals
from config.heartbeat import WATCHDOG

WORDS = {
    "beat": "Beat has woken nobody for a minute: reminders wait, red flags leave through the watchdog. Restart beat.",
    "urgent": "No worker of the urgent queue has worked for a minute: pages leave through the watchdog. Restart it.",
    "ordinary": "No worker of the ordinary queue has worked for a minute: reminders wait. Restart it.",
    "housekeeping": "No worker of the housekeeping queue has worked for a minute: restart it.",
}
WATCHDOG_WORDS = "The watchdog has not gone round for a minute: nobody would mend a page that was lost. Restart it."
#: A pause of the watchdog's own that is longer than this (a machine that slept) excuses everybody anew.
SLEPT = timedelta(seconds=30)
ALARM = "watchdog-silent"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Processes:
    """The look after beat and workers. Who has not been seen since the watchdog itself began gets a minute's grace."""

    def __init__(self, *, since: datetime | None) -> None:
        self._since = since
        self._last = since

    def check(self) -> Check:
        """As the watchdog takes it."""
        return Check("processes", self._look, every=5)

    def _look(self, clock: Clock) -> Look:
        now = clock()
        if self._last is not None and now - self._last > SLEPT:
            self._since = now
        self._last = now if self._since else None
        missing = vitals.silent(now=now, since=self._since or LONG_AGO)
        return Look(tuple(Trouble(name, WORDS[name]) for name in missing if name in WORDS))


def watch_the_watchdog(*, now: datetime) -> None:
    """Shout when the watchdog is silent; a worker asks, for nobody else would."""
    if WATCHDOG in vitals.silent(now=now, since=LONG_AGO):
        alarms.shout(ALARM, WATCHDOG_WORDS, now=now)
    else:
        alarms.settle(ALARM, now=now)
