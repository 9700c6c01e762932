"""Places at the carrier: half of them gone at a refusal, back within seconds, never none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from messaging.domain import places
from messaging.domain.delivery import Urgency
from messaging.domain.places import Limit

NOW = 1_000_000.0
tops = st.integers(1, 1000)


def test_refusals_of_one_moment_halve_once_and_later_ones_again() -> None:
    limit = Limit(100.0, NOW)
    for refusal in range(100):
        limit = places.halved(limit, 100, now=NOW + refusal / 1000)
    assert 50 <= limit.places < 51
    limit = places.halved(limit, 100, now=NOW + 1)
    assert 25 <= limit.places <= 28


@given(tops)
def test_after_one_refusal_all_places_are_back_within_seconds(top: int) -> None:
    limit = places.halved(Limit(float(top), NOW), top, now=NOW)
    assert places.grown(limit, top, now=NOW + 5).places < top or top == 1
    assert places.grown(limit, top, now=NOW + 10.001).places == top


@given(tops, st.lists(st.floats(-100, 100), max_size=50))
def test_one_place_is_always_left_and_never_too_many(top: int, waits: list[float]) -> None:
    limit, now = Limit(float(top), NOW), NOW
    for wait in waits:
        now += wait
        limit = places.halved(limit, top, now=now)
        assert 1 <= limit.places <= top


@given(tops, st.integers(1, 8))
def test_runs_that_cannot_see_each_other_stay_within_the_limit_and_leave_the_reserve(top: int, runs: int) -> None:
    limit = Limit(float(top), NOW)
    ordinary, urgent = (
        places.unseen_share(limit, urgency=urgency, runs_at_most=runs) for urgency in (Urgency.ORDINARY, Urgency.URGENT)
    )
    assert min(ordinary, urgent) >= 1
    assert max(ordinary, urgent) * runs <= max(top, runs)
    if top > 4 * runs:
        assert ordinary * runs <= top - min(places.RESERVE, top // 2)
