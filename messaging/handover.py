"""Hands messages to providers: many at once, by one event loop of this process, while the caller minds the database.

The caller's thread never waits for a provider unless it wants to; the loop never touches the database. Between them go
plain values only. A process that was forked makes a loop of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import structlog

from messaging.channels.base import Accepted, ChannelFailure, Member, OutcomeUnknown, Outgoing, TransientFailure
from messaging.domain.pacing import TOO_FAST

log = structlog.get_logger(__name__)

#: `AsyncMember.deliver`.
Deliver = Callable[[Outgoing], Awaitable[Accepted]]

#: How many members that can only wait (mail) do so at once.
WAITING_HANDS = 8
#: Codes of what was begun and never asked.
LATE, RECALLED = "late", "recalled"

#: A clock that goes on while the machine sleeps, where there is one.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@dataclass(frozen=True, slots=True)
class Job:
    """One question to be put to a provider."""

    id: int
    member: Member
    outgoing: Outgoing
    #: By `moment`: later than this it is not asked any more, others may have found that it was not.
    not_after: float = math.inf


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a job."""

    id: int
    answer: Accepted | ChannelFailure


def moment() -> float:
    """Now, in seconds, for `Job.not_after`."""
    return time.clock_gettime(_CLOCK)


class Handover(Protocol):
    """Takes jobs, and gives back what became of them, in any order."""

    def give(self, jobs: Sequence[Job], *, places: int) -> None:
        """Begin `jobs`, as many at once as there are `places`; the others as soon as one becomes free."""
        ...

    def recall(self) -> None:
        """What waits for a place is not asked any more, and comes back as a transient failure."""
        ...

    def collect(self, timeout: float) -> list[Done]:
        """What is done by now; waits up to `timeout` seconds for the first."""
        ...


class Inline:
    """One after the other in the caller's own thread: inside a transaction, which no other thread can see."""

    def __init__(self) -> None:
        self._done: list[Done] = []

    def give(self, jobs: Sequence[Job], *, places: int) -> None:
        """Put all of the questions, now."""
        self._done += [Done(job.id, _ask(job)) for job in jobs]

    def recall(self) -> None:
        """Nothing waits."""

    def collect(self, timeout: float) -> list[Done]:
        """All that was given."""
        done, self._done = self._done, []
        return done


class Loop:
    """All at once, by the event loop of this process."""

    def __init__(self) -> None:
        self._done: queue.SimpleQueue[Done] = queue.SimpleQueue()
        #: Taken from by the loop and by `recall`, each time one by one.
        self._ready: deque[tuple[Job, Deliver]] = deque()
        self._asking = 0
        self._places = 1

    def give(self, jobs: Sequence[Job], *, places: int) -> None:
        """Have the loop begin `jobs`."""
        self._places = places
        if jobs:
            _running().call_soon_threadsafe(self._begin, jobs)

    def recall(self) -> None:
        """Take back what the loop has not begun."""
        with contextlib.suppress(IndexError):
            while True:
                job, _ = self._ready.popleft()
                self._done.put(Done(job.id, TransientFailure(RECALLED, "sending stopped before its turn came")))

    def collect(self, timeout: float) -> list[Done]:
        """What is done by now, or the first that is."""
        try:
            done = [self._done.get(timeout=timeout) if timeout > 0 else self._done.get_nowait()]
        except queue.Empty:
            return []
        while not self._done.empty():
            done.append(self._done.get())
        return done

    def _begin(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            deliver: Deliver | None = getattr(job.member, "deliver", None)
            if deliver is None:
                _pool().submit(self._wait, job)
            else:
                self._ready.append((job, deliver))
        self._fill()

    def _fill(self) -> None:
        loop = asyncio.get_running_loop()
        with contextlib.suppress(IndexError):
            while self._asking < self._places:
                job, deliver = self._ready.popleft()
                self._asking += 1
                _keep(loop.create_task(self._deliver(job, deliver)))

    async def _deliver(self, job: Job, deliver: Deliver) -> None:
        answer: Accepted | ChannelFailure
        try:
            _refuse_late(job)
            answer = await deliver(job.outgoing)
        except ChannelFailure as failure:
            answer = failure
        except Exception as error:  # noqa: BLE001
            answer = _broke(job, error)
        self._done.put(Done(job.id, answer))
        self._asking -= 1
        if isinstance(answer, TransientFailure) and (answer.holds_sender or answer.code in TOO_FAST):
            # Those that wait for a place would be refused as well, and "too fast" would not be heeded.
            self.recall()
        self._fill()

    def _wait(self, job: Job) -> None:
        self._done.put(Done(job.id, _ask(job)))


def _ask(job: Job) -> Accepted | ChannelFailure:
    try:
        _refuse_late(job)
        return job.member.send(job.outgoing)
    except ChannelFailure as failure:
        return failure
    except Exception as error:  # noqa: BLE001
        return _broke(job, error)


def _refuse_late(job: Job) -> None:
    """A process that was stopped, or a machine that slept, wakes up in the middle of this."""
    if moment() > job.not_after:
        log.warning("not_asked_in_time", message=str(job.outgoing.uuid))
        raise TransientFailure(LATE, "it could not be handed over in time")


def _broke(job: Job, error: Exception) -> OutcomeUnknown:
    """A bug in a channel must not stop the others; nobody knows how far this one got."""
    # Not the traceback: the words of an unforeseen error may repeat an address.
    log.error(
        "channel_broke",
        channel=job.outgoing.channel.value,
        message=str(job.outgoing.uuid),
        error=type(error).__name__,
    )
    return OutcomeUnknown(type(error).__name__[:20], "the channel broke")


_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_hands: ThreadPoolExecutor | None = None
#: The loop itself holds its tasks by weak references only.
_tasks: set[asyncio.Task[None]] = set()


def _keep(task: asyncio.Task[None]) -> None:
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


def _running() -> asyncio.AbstractEventLoop:
    """The loop of this process, running in a thread of its own that ends with the process."""
    global _loop  # one per process, made when it is first needed
    with _lock:
        if _loop is None:
            loop = asyncio.new_event_loop()
            threading.Thread(target=partial(_serve, loop), name="handover", daemon=True).start()
            _loop = loop
        return _loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()


def _pool() -> ThreadPoolExecutor:
    global _hands
    with _lock:
        if _hands is None:
            _hands = ThreadPoolExecutor(WAITING_HANDS, thread_name_prefix="hand")
        return _hands


def _forget() -> None:
    """A child process has none of its parent's threads."""
    global _lock, _loop, _hands, _tasks
    _lock, _loop, _hands, _tasks = threading.Lock(), None, None, set()


os.register_at_fork(after_in_child=_forget)
