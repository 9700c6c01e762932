"""Waiting between tries: longer each time, spread out, never past the expiry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.delivery import Urgency
from messaging.domain.retry import PACES, Pace, next_try, wait

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
attempts = st.integers(1, 10_000)
jitters = st.floats(0, 1, exclude_max=True)
paces = st.sampled_from(list(PACES.values()))


@given(attempts, jitters, paces)
def test_a_wait_lies_between_half_and_all_of_the_doubled_wait(attempt: int, jitter: float, pace: Pace) -> None:
    full = pace.longest if attempt > 9 else min(pace.first * 2 ** (attempt - 1), pace.longest)
    assert full / 2 <= wait(attempt, jitter=jitter, pace=pace) <= full


@given(attempts, jitters, st.floats(0, 7200), paces)
def test_the_provider_is_not_asked_before_it_said_up_to_what_is_heeded(
    attempt: int, jitter: float, seconds: float, pace: Pace
) -> None:
    waited = wait(attempt, jitter=jitter, retry_after=seconds, pace=pace)
    heeded = min(timedelta(seconds=seconds), pace.heeded)
    assert heeded <= waited <= max(heeded + pace.first, pace.longest)


@given(attempts, jitters, st.none() | st.floats(0, 1e6))
def test_what_is_urgent_never_waits_longer_than_what_is_not(attempt: int, jitter: float, seconds: float | None) -> None:
    urgent = wait(attempt, jitter=jitter, retry_after=seconds, pace=PACES[Urgency.URGENT])
    assert urgent <= wait(attempt, jitter=jitter, retry_after=seconds)
    assert urgent <= timedelta(minutes=1, seconds=2)


def test_many_messages_that_failed_together_do_not_return_together() -> None:
    moments = {wait(3, jitter=j / 100) for j in range(100)}
    assert len(moments) == 100
    after = {wait(1, jitter=j / 100, retry_after=30) for j in range(100)}
    assert len(after) == 100


@given(attempts, jitters, st.integers(0, 3600))
def test_no_try_at_or_after_the_expiry(attempt: int, jitter: float, seconds_left: int) -> None:
    expires = NOW + timedelta(seconds=seconds_left)
    moment = next_try(attempt, now=NOW, expires_at=expires, jitter=jitter)
    if moment is None:
        assert NOW + wait(attempt, jitter=jitter) >= expires
    else:
        assert NOW < moment < expires


@pytest.mark.parametrize(("attempt", "jitter"), [(0, 0.5), (-1, 0.5), (1, 1.0), (1, -0.1)])
def test_nonsense_is_refused(attempt: int, jitter: float) -> None:
    with pytest.raises(ValueError):
        wait(attempt, jitter=jitter)
