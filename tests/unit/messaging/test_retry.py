"""Waiting between tries: longer each time, spread out, never past the expiry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.retry import FIRST_WAIT, LONGEST_WAIT, next_try, wait

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
attempts = st.integers(1, 10_000)
jitters = st.floats(0, 1, exclude_max=True)


@given(attempts, jitters)
def test_a_wait_lies_between_half_and_all_of_the_doubled_wait(attempt: int, jitter: float) -> None:
    full = LONGEST_WAIT if attempt > 9 else min(timedelta(seconds=5 * 2 ** (attempt - 1)), LONGEST_WAIT)
    assert full / 2 <= wait(attempt, jitter=jitter) <= full


@given(attempts, jitters, st.floats(0, 7200))
def test_the_provider_is_never_asked_before_it_said(attempt: int, jitter: float, seconds: float) -> None:
    waited = wait(attempt, jitter=jitter, retry_after=seconds)
    assert waited >= timedelta(seconds=seconds)
    assert waited <= max(timedelta(seconds=seconds) + FIRST_WAIT, LONGEST_WAIT)


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
