"""The carrier's loop: moves what is due, posts what is owed from a few threads, settles in one place."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import DatabaseError
from django.utils import timezone

from sandbox import carrier
from sandbox.models import Callback
from sandbox.post import post

log = structlog.get_logger(__name__)
POSTERS = 6
#: Callbacks in flight at once: enough to keep the posters busy, few enough to stop quickly.
IN_FLIGHT = 3 * POSTERS
IDLE_SECONDS = 0.15
Settled = tuple[Callback, carrier.Answer]


class Loop:
    """One carrier. Only its own thread writes to the database; the posters only talk to the product."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._done: queue.SimpleQueue[Settled] = queue.SimpleQueue()
        self._in_flight = 0
        self._reached = False

    def stop(self) -> None:
        """Finish what is in flight and return from `run`."""
        self.stopping.set()

    def run(self) -> None:
        """Work until stopped. A locked or missing database is waited out."""
        with ThreadPoolExecutor(POSTERS, thread_name_prefix="callback") as posters:
            while not self.stopping.is_set():
                try:
                    busy = self._turn(posters)
                except DatabaseError as error:
                    log.warning("sandbox.carrier_waits", error=type(error).__name__)
                    busy = False
                    self.stopping.wait(1)
                if not busy:
                    self._rest()
        self._settle()

    def _turn(self, posters: ThreadPoolExecutor) -> bool:
        """One round; whether there was anything to do."""
        settled = self._settle()
        now = timezone.now()
        moved = carrier.advance(now)
        room = IN_FLIGHT - self._in_flight
        claimed = carrier.claim_callbacks(now, limit=room) if room else []
        for callback in claimed:
            posters.submit(self._post, callback)
        self._in_flight += len(claimed)
        return bool(settled or moved or claimed)

    def _rest(self) -> None:
        """Wait a moment, or until a callback comes back when some are out."""
        if not self._in_flight:
            self.stopping.wait(IDLE_SECONDS)
            return
        try:
            first = self._done.get(timeout=IDLE_SECONDS)
        except queue.Empty:
            return
        self._done.put(first)

    def _post(self, callback: Callback) -> None:
        answer = post(callback.url, callback.fields)
        self._done.put((callback, answer))

    def _settle(self) -> int:
        done: list[Settled] = []
        while not self._done.empty():
            done.append(self._done.get())
        if not done:
            return 0
        self._reached = self._reached or any(answer.status for _, answer in done)
        carrier.settle(done, timezone.now(), patient=not self._reached)
        self._in_flight -= len(done)
        for callback, answer in done:
            if not answer.taken and (self._reached or not answer.refused_connection):
                log.warning("sandbox.callback_failed", kind=callback.kind, status=answer.status, fault=answer.fault)
        return len(done)
