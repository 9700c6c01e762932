"""The breaker: rare probes for what can wait, frequent ones for what cannot, and what an acceptance proves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from messaging.domain import breaker
from messaging.domain.delivery import Urgency

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
ORDINARY, URGENT = Urgency.ORDINARY, Urgency.URGENT


def probe_times(urgency: Urgency, count: int) -> list[timedelta]:
    """When each probe goes, if each is refused."""
    found = breaker.trip(NOW)
    moments = []
    for _ in range(count):
        moment = breaker.next_probe(found, urgency)
        moments.append(moment)
        found = breaker.let_through(found, urgency, moment)
    return [after - before for before, after in zip([NOW, *moments], moments, strict=False)]


def test_it_waits_longer_after_each_ordinary_probe() -> None:
    assert probe_times(ORDINARY, 7) == [minutes * MINUTE for minutes in (1, 2, 4, 8, 15, 15, 15)]


def test_it_probes_with_what_is_urgent_every_few_seconds() -> None:
    waits = probe_times(URGENT, 20)
    assert set(waits) == {5 * SECOND, 15 * SECOND}
    assert waits[0] == 5 * SECOND
    assert waits[-1] == 15 * SECOND


def test_it_counts_no_urgent_probe_against_the_ordinary_ones() -> None:
    found = breaker.let_through(breaker.trip(NOW), URGENT, NOW + 5 * SECOND)
    assert (found.probes, breaker.next_probe(found, ORDINARY)) == (0, NOW + 65 * SECOND)


def test_it_takes_no_answer_from_before_it_opened_for_proof() -> None:
    found = breaker.trip(NOW)
    assert not breaker.proves(found, NOW - SECOND)
    assert not breaker.proves(found, NOW)
    assert breaker.proves(found, NOW + SECOND)
    assert not breaker.proves(found, None)
    assert breaker.proves(breaker.let_through(found, ORDINARY, NOW + MINUTE), None)


@given(st.lists(st.tuples(st.sampled_from(list(Urgency)), st.integers(0, 3600)), max_size=60))
def test_it_always_has_a_next_probe_within_a_quarter_of_an_hour(steps: list[tuple[Urgency, int]]) -> None:
    found, now = breaker.trip(NOW), NOW
    for urgency, seconds in steps:
        now += timedelta(seconds=seconds)
        if breaker.next_probe(found, urgency) <= now:
            found = breaker.let_through(found, urgency, now)
        assert breaker.next_probe(found, ORDINARY) - breaker.last_probe(found) <= 15 * MINUTE
        assert breaker.next_probe(found, URGENT) - breaker.last_probe(found) <= 15 * SECOND
        assert breaker.last_probe(found) <= now


def test_it_stands_a_breaker_that_is_open_for_a_year() -> None:
    found = breaker.Breaker(NOW, NOW + 15 * MINUTE, probes=35_000)
    assert breaker.let_through(found, ORDINARY, NOW).probe_at == NOW + 15 * MINUTE
