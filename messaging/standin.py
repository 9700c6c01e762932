"""Sends urgent messages in this very process when no worker can be woken: a page does not wait for Redis."""

from __future__ import annotations

import os
import threading

import structlog
from django.db import connection, connections

from messaging import broker, clock, dispatch
from messaging.domain.delivery import Urgency
from messaging.outbox import DISPATCH_TASKS

log = structlog.get_logger(__name__)


class StandIn:
    """One thread at most, while there is something to do. Asked again in the meantime, it goes once more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = False
        self._thread: threading.Thread | None = None

    def ask(self) -> None:
        """Have what is due sent; returns at once."""
        if connection.in_atomic_block:
            # Nothing of an open transaction can be seen from another thread. Only tests come here in one.
            return
        with self._lock:
            self._asked = True
            if self._thread is None:
                # The web process may end at any moment: whatever a dead thread held, its lease gives back.
                self._thread = threading.Thread(target=self._serve, name="urgent-stand-in", daemon=True)
                self._thread.start()

    def rest(self, timeout: float) -> None:
        """Wait until it has nothing to do."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)

    def _serve(self) -> None:
        while self._is_asked():
            try:
                dispatch.run(Urgency.URGENT, clock=clock.shared(), worker=dispatch.worker_name())
            except Exception as error:  # noqa: BLE001 - it must be there when it is asked the next time
                log.error("stand_in_broke", error=type(error).__name__)
            finally:
                connections.close_all()

    def _is_asked(self) -> bool:
        with self._lock:
            asked, self._asked = self._asked, False
            if not asked:
                self._thread = None
            return asked


_here = StandIn()


def rest(timeout: float = 10.0) -> None:
    """Wait until nobody stands in; for tests, which take the database away."""
    _here.rest(timeout)


def _stand_by() -> None:
    # A child process has none of its parent's threads.
    global _here
    _here = StandIn()


def stand_by() -> None:
    """From now on this process sends what is urgent itself whenever it can wake nobody."""
    broker.instead(DISPATCH_TASKS[Urgency.URGENT], lambda: _here.ask())


os.register_at_fork(after_in_child=_stand_by)
