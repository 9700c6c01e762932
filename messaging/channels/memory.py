"""The in-memory channel: a full member of the family that keeps what it was given, for tests."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import ClassVar

from messaging.channels.base import Accepted, ChannelFailure, OutcomeUnknown, Outgoing, Report

#: What `look` answers where a test has not said otherwise: taken, and no further yet.
WAITING = Report("queued")


class Memory:
    """Takes everything, remembers it, and fails on request.

    `failures` are raised by the coming sends, one each, in order. An OutcomeUnknown among them is
    raised after the message was taken, as when an answer is lost on its way back; to lose the message
    itself as well, raise it with the code "lost".

    `answers_after` is how many seconds each answer takes; math.inf is never. The message is taken before that.
    """

    keeps_log = True
    taken: ClassVar[list[tuple[str, Outgoing]]] = []
    failures: ClassVar[list[ChannelFailure]] = []
    reports: ClassVar[dict[str, Report]] = {}
    answers_after: ClassVar[float] = 0
    #: The most requests that were in flight at the same moment since the last reset.
    most_at_once: ClassVar[int] = 0
    _in_flight: ClassVar[int] = 0
    _numbers: ClassVar[Iterator[int]] = count(1)
    _released: ClassVar[threading.Event] = threading.Event()
    _lock: ClassVar[threading.Lock] = threading.Lock()

    @classmethod
    def reset(cls) -> None:
        """Forget everything; whoever still waits in `send` for an answer gets it."""
        cls._released.set()
        cls._released = threading.Event()
        cls.taken.clear()
        cls.failures.clear()
        cls.reports.clear()
        cls.answers_after = 0
        cls.most_at_once = 0
        cls._numbers = count(1)

    def send(self, outgoing: Outgoing) -> Accepted:
        """Keep `outgoing`, or raise the next failure that was asked for."""
        self._count(1)
        try:
            return self.take(outgoing)
        finally:
            if self.answers_after:
                self._released.wait(None if math.isinf(self.answers_after) else self.answers_after)
            self._count(-1)

    async def deliver(self, outgoing: Outgoing) -> Accepted:
        """The same, many at once."""
        self._count(1)
        try:
            return self.take(outgoing)
        finally:
            try:
                await (asyncio.Event().wait() if math.isinf(self.answers_after) else asyncio.sleep(self.answers_after))
            finally:
                self._count(-1)

    def take(self, outgoing: Outgoing) -> Accepted:
        """What `send` and `deliver` have in common: everything but the wait."""
        with self._lock:
            failure = self.failures.pop(0) if self.failures else None
            if failure is not None and (not isinstance(failure, OutcomeUnknown) or failure.code == "lost"):
                raise failure
            provider_id = f"memory-{next(self._numbers)}"
            self.taken.append((provider_id, outgoing))
        if failure is not None:
            raise failure
        return Accepted(provider_id)

    def find(self, outgoing: Outgoing, *, since: datetime) -> Sequence[Accepted]:
        """Everything taken for the same address with the same words."""
        wanted = (outgoing.address, outgoing.body)
        return [Accepted(name) for name, kept in self.taken if (kept.address, kept.body) == wanted]

    def look(self, provider_id: str) -> Report | None:
        """What the test put into `reports`; else that it waits, if it was ever taken."""
        known = any(name == provider_id for name, _ in self.taken)
        return self.reports.get(provider_id, WAITING if known else None)

    @classmethod
    def _count(cls, change: int) -> None:
        with cls._lock:
            cls._in_flight += change
            cls.most_at_once = max(cls.most_at_once, cls._in_flight)
