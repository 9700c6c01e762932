"""What a change comes to: moved is one thing, not two; examples are of those whom it changes most."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reminders.domain.forecast import Forecast, Kind, Line, paired

T = datetime(2026, 6, 10, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)


def line(**changes: object) -> Line:
    """A text of one rung for one visit of one patient."""
    plain = Line(patient=1, schedule=1, visit=1, rule="day_before", channel="sms", segments=1)
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_what_goes_here_and_comes_there_is_moved() -> None:
    (moved,) = paired([line(was=T), line(becomes=T + HOUR)])
    assert (moved.kind, moved.was, moved.becomes) == (Kind.MOVED, T, T + HOUR)


def test_what_comes_back_where_it_was_is_no_change() -> None:
    assert paired([line(was=T), line(becomes=T)]) == []


def test_another_channel_rung_or_visit_is_another_message() -> None:
    others = [line(becomes=T, channel="email"), line(becomes=T, rule="confirm"), line(becomes=T, visit=2)]
    kinds = [one.kind for one in paired([line(was=T), *others])]
    assert sorted(kinds) == [Kind.ADDED, Kind.ADDED, Kind.ADDED, Kind.REMOVED]


def test_counts_are_by_kind_and_channel_and_segments_are_what_is_billed_more() -> None:
    seen = Forecast([line(becomes=T, segments=2), line(was=T, visit=2), line(was=T, channel="email", segments=0)])
    assert (seen.count(Kind.ADDED), seen.count(Kind.REMOVED, "sms"), seen.count(Kind.REMOVED, "email")) == (1, 1, 1)
    assert (seen.segments, seen.affected, seen.changes_nothing) == (1, 1, False)
    assert Forecast([]).changes_nothing


def test_what_was_sampled_is_scaled_up() -> None:
    seen = Forecast([line(becomes=T, patient=number) for number in range(10)], share=0.1, schedules=100)
    assert (seen.count(Kind.ADDED), seen.affected, seen.segments) == (100, 100, 100)


def test_examples_are_of_those_whom_it_changes_most_in_the_order_of_time() -> None:
    lines = [line(becomes=T + 3 * HOUR, patient=2), line(becomes=T, patient=2, visit=2), line(becomes=T, patient=1)]
    assert Forecast(lines).examples(1, 1) == [(2, [lines[1]])]


@given(st.lists(st.tuples(st.integers(1, 3), st.booleans(), st.integers(0, 4)), max_size=20))
def test_pairing_loses_and_invents_nothing(rows: list[tuple[int, bool, int]]) -> None:
    lines = [line(visit=v, **{"was" if gone else "becomes": T + n * HOUR}) for v, gone, n in rows]
    found = paired(lines)
    for visit in (1, 2, 3):
        before = sum(one.was is not None for one in lines if one.visit == visit)
        after = sum(one.becomes is not None for one in lines if one.visit == visit)
        kept = [one for one in found if one.visit == visit]
        gone = sum(one.was is not None for one in kept)
        come = sum(one.becomes is not None for one in kept)
        assert before - gone == after - come >= 0


@given(st.lists(st.integers(0, 40), max_size=8))
def test_the_fingerprint_is_the_same_for_the_same_plan_only(hours: list[int]) -> None:
    lines = [line(becomes=T + n * HOUR, visit=at) for at, n in enumerate(hours)]
    assert Forecast(lines).fingerprint() == Forecast(list(lines)).fingerprint()
    assert Forecast([*lines, line(was=T, visit=99)]).fingerprint() != Forecast(lines).fingerprint()
