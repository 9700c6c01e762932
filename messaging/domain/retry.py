"""When to try again after a transient failure: doubling waits with jitter, until the message expires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from messaging.domain.delivery import Urgency


@dataclass(frozen=True, slots=True)
class Pace:
    """How soon it is tried again, and how long a wait may grow."""

    first: timedelta
    longest: timedelta
    #: The longest wait that a provider may ask us for.
    heeded: timedelta


PACES: Mapping[Urgency, Pace] = MappingProxyType(
    {
        Urgency.ORDINARY: Pace(timedelta(seconds=5), timedelta(minutes=15), timedelta(hours=2)),
        # A page that comes after ten minutes might as well not come.
        Urgency.URGENT: Pace(timedelta(seconds=2), timedelta(minutes=1), timedelta(minutes=1)),
    }
)
ORDINARY = PACES[Urgency.ORDINARY]


def wait(attempt: int, *, jitter: float, retry_after: float | None = None, pace: Pace = ORDINARY) -> timedelta:
    """How long to wait after try number `attempt` (from 1).

    `jitter` in [0, 1) spreads the tries of many messages between half of the wait and all of it. What
    the provider asked for is the least; the jitter then comes on top, or all would return at once.
    """
    if attempt < 1 or not 0 <= jitter < 1:
        raise ValueError("attempts count from 1, jitter lies in [0, 1)")
    # The exponent is capped before the power: 2 ** 5000 times five seconds is more than a timedelta holds.
    factor: int = 1 << min(attempt - 1, 20)
    doubled = min(pace.first * factor, pace.longest)
    own = doubled * (0.5 + jitter / 2)
    if retry_after is None:
        return own
    return max(own, min(timedelta(seconds=retry_after), pace.heeded) + pace.first * jitter)


def worn_out(attempt: int, tries: int) -> bool:
    """Whether try number `attempt` was the last: so many `tries` after the first are worth it, 0 sets no limit."""
    return 0 < tries < attempt


def tried(words: str, attempts: int) -> str:
    """Why a message ended, and how often it was tried where that was more than once."""
    return f"{words}; tried {attempts} times" if attempts > 1 else words


def next_try(
    attempt: int,
    *,
    now: datetime,
    expires_at: datetime,
    jitter: float,
    retry_after: float | None = None,
    tries: int = 0,
    pace: Pace = ORDINARY,
) -> datetime | None:
    """The moment of the next try; None when the message would have expired by then, or is worn out."""
    if worn_out(attempt, tries):
        return None
    moment = now + wait(attempt, jitter=jitter, retry_after=retry_after, pace=pace)
    return moment if moment < expires_at else None
