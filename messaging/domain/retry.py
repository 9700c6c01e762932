"""When to try again after a transient failure: doubling waits with jitter, until the message expires."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)


def wait(attempt: int, *, jitter: float, retry_after: float | None = None) -> timedelta:
    """How long to wait after try number `attempt` (from 1).

    `jitter` in [0, 1) spreads the tries of many messages between half of the wait and all of it. What
    the provider asked for is the least; the jitter then comes on top, or all would return at once.
    """
    if attempt < 1 or not 0 <= jitter < 1:
        raise ValueError("attempts count from 1, jitter lies in [0, 1)")
    # The exponent is capped before the power: 2 ** 5000 times five seconds is more than a timedelta holds.
    factor: int = 1 << min(attempt - 1, 20)
    doubled = min(FIRST_WAIT * factor, LONGEST_WAIT)
    own = doubled * (0.5 + jitter / 2)
    if retry_after is None:
        return own
    return max(own, timedelta(seconds=retry_after) + FIRST_WAIT * jitter)


def next_try(
    attempt: int, *, now: datetime, expires_at: datetime, jitter: float, retry_after: float | None = None
) -> datetime | None:
    """The moment of the next try; None when the message would have expired by then."""
    moment = now + wait(attempt, jitter=jitter, retry_after=retry_after)
    return moment if moment < expires_at else None
