"""The bucket of a sender: never faster than its pace, debts are paid, silences kept, no clock to be fooled by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain import pacing
from messaging.domain.delivery import Channel, Urgency
from messaging.domain.pacing import DEFAULT_RATES, Bucket, Kind, Pace

LONG_CODE = pacing.pace_of(1.0, Kind.LONG_CODE)
NOW = 1_000_000.0

paces = st.builds(
    lambda rate, seconds: Pace(rate, max(rate * seconds, 1.0)), st.floats(0.2, 500), st.sampled_from([1.0, 3.0, 5.0])
)
waits = st.floats(0, 20)
sizes = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 11)), min_size=1, max_size=4)
asks = st.lists(st.tuples(waits, sizes), min_size=1, max_size=30)


def ordinary(bucket: Bucket, pace: Pace, runs: list[tuple[int, int]], now: float) -> tuple[Bucket, pacing.Answer]:
    return pacing.take(bucket, pace, runs, now=now, urgent=False, owed_ok=False)


def urgent(bucket: Bucket, pace: Pace, many: int, now: float) -> tuple[Bucket, pacing.Answer]:
    return pacing.take(bucket, pace, [(many, 1)], now=now, urgent=True, owed_ok=True)


@given(paces, asks)
def test_no_window_holds_more_than_its_seconds_and_one_burst(
    pace: Pace, asked: list[tuple[float, list[tuple[int, int]]]]
) -> None:
    bucket, now, spent = pacing.full(pace, now=NOW), NOW, []
    for wait, runs in asked:
        now += wait
        bucket, answer = ordinary(bucket, pace, runs, now)
        spent.append((now, answer.tokens))
    # A message larger than a burst waits for a full bucket, and is one burst too much at most by what it is larger.
    largest = max(size for _, runs in asked for _, size in runs)
    burst = max(pace.burst, largest)
    for first, (start, _) in enumerate(spent):
        tokens = 0
        for moment, count in spent[first:]:
            tokens += count
            assert tokens <= pace.rate * (moment - start) + burst + 1e-3


@given(paces, st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_a_clock_that_jumps_gives_one_burst_at_most_and_stops_nobody(pace: Pace, jumps: list[float]) -> None:
    bucket, now = pacing.full(pace, now=NOW), NOW
    for jump in jumps:
        before, now = bucket, now + jump
        bucket, answer = ordinary(bucket, pace, [(10**6, 1)], now)
        assert answer.tokens <= (pace.burst if jump > 0 else before.level) + 1e-3
    assert ordinary(bucket, pace, [(1, 1)], now + 1 / pace.rate + 1e-3)[1].messages == 1


@given(paces, st.integers(1, 2000), st.integers(0, 5))
def test_what_was_owed_is_paid_before_anything_ordinary_leaves(pace: Pace, pages: int, others: int) -> None:
    bucket, answer = urgent(pacing.full(pace, now=NOW), pace, pages, NOW)
    assert answer.messages == pages
    assert answer.again_in == 0
    debt = max(pages - pace.burst, 0.0)
    bucket, answer = ordinary(bucket, pace, [(others + 1, 1)], NOW)
    if debt:
        assert answer.messages == 0
        bucket, answer = ordinary(bucket, pace, [(1, 1)], NOW + debt / pace.rate * 0.99)
        assert answer.messages == 0
    _, answer = ordinary(bucket, pace, [(1, 1)], NOW + (debt + 1) / pace.rate + 0.001)
    assert answer.messages == 1


def test_a_debt_ends_where_the_carrier_would_refuse_more() -> None:
    bucket, _ = urgent(pacing.full(LONG_CODE, now=NOW), LONG_CODE, 10**9, NOW)
    _, answer = ordinary(bucket, LONG_CODE, [(1, 1)], NOW + 10 * 3600 + 2)
    assert answer.messages == 1


def test_messages_leave_whole_and_in_order() -> None:
    bucket, answer = ordinary(pacing.full(LONG_CODE, now=NOW), LONG_CODE, [(1, 2), (1, 2), (1, 1)], NOW)
    assert (answer.messages, answer.tokens) == (1, 2)
    # One token is left, and a short text behind a long one does not overtake it.
    assert answer.again_in == pytest.approx(1.0)
    _, answer = ordinary(bucket, LONG_CODE, [(1, 2), (1, 1)], NOW + 1)
    assert (answer.messages, answer.tokens) == (1, 2)


def test_a_message_larger_than_a_burst_leaves_all_the_same_and_is_paid_for() -> None:
    bucket, answer = ordinary(pacing.full(LONG_CODE, now=NOW), LONG_CODE, [(2, 10)], NOW)
    assert (answer.messages, answer.tokens) == (1, 10)
    assert answer.again_in == pytest.approx(10.0)
    assert ordinary(bucket, LONG_CODE, [(1, 10)], NOW + 9.9)[1].messages == 0
    assert ordinary(bucket, LONG_CODE, [(1, 10)], NOW + 10)[1].messages == 1


@given(paces, sizes)
def test_whoever_comes_back_when_told_gets_something(pace: Pace, runs: list[tuple[int, int]]) -> None:
    bucket, answer = ordinary(pacing.full(pace, now=NOW), pace, [(10**6, 1)], NOW)
    assert answer.again_in > 0
    bucket, answer = ordinary(bucket, pace, runs, NOW)
    assert answer.messages == 0
    again = ordinary(bucket, pace, runs, NOW + answer.again_in + 1e-6)[1]
    assert again.messages >= 1


def test_a_quick_sender_is_not_asked_for_each_single_token() -> None:
    pace = pacing.pace_of(100.0, Kind.SHORT_CODE)
    _, answer = ordinary(pacing.full(pace, now=NOW), pace, [(1000, 1)], NOW)
    assert answer.again_in == pytest.approx(0.25)
    _, answer = ordinary(pacing.full(pace, now=NOW), pace, [(301, 1)], NOW)
    assert answer.again_in == pytest.approx(0.01)


def test_what_was_not_used_is_there_again_and_what_was_used_beyond_is_owed() -> None:
    bucket, _ = ordinary(pacing.full(LONG_CODE, now=NOW), LONG_CODE, [(3, 1)], NOW)
    assert pacing.given_back(bucket, LONG_CODE, 2, now=NOW).level == 2
    assert pacing.given_back(bucket, LONG_CODE, 99, now=NOW).level == LONG_CODE.burst
    assert pacing.given_back(bucket, LONG_CODE, -6, now=NOW).level == -6


def test_a_silence_stops_what_is_ordinary_until_it_has_passed() -> None:
    bucket = pacing.silenced(pacing.full(LONG_CODE, now=NOW), 30, now=NOW)
    bucket, answer = ordinary(bucket, LONG_CODE, [(1, 1)], NOW + 29)
    assert (answer.messages, answer.silenced) == (0, True)
    assert answer.again_in == pytest.approx(1.0)
    # A shorter one does not end it.
    bucket = pacing.silenced(bucket, 0.1, now=NOW + 29)
    assert ordinary(bucket, LONG_CODE, [(1, 1)], NOW + 29.5)[1].messages == 0
    assert ordinary(bucket, LONG_CODE, [(1, 1)], NOW + 30)[1].messages == 1


def test_in_a_silence_one_urgent_message_is_tried_every_few_seconds_and_all_after_a_minute() -> None:
    bucket = pacing.silenced(pacing.full(LONG_CODE, now=NOW), 3600, now=NOW)
    gone = []
    for second in range(60):
        bucket, answer = urgent(bucket, LONG_CODE, 5, NOW + second)
        gone.append(answer.messages)
    assert sum(gone) == 19
    assert set(gone) == {0, 1}
    assert urgent(bucket, LONG_CODE, 5, NOW + 60)[1].messages == 5
    assert ordinary(bucket, LONG_CODE, [(1, 1)], NOW + 3599)[1].messages == 0


def test_a_silence_does_not_outlast_a_clock_that_was_put_back() -> None:
    bucket = pacing.silenced(pacing.full(LONG_CODE, now=NOW), 5, now=NOW)
    bucket, _ = ordinary(bucket, LONG_CODE, [(1, 1)], NOW - 86_400)
    assert ordinary(bucket, LONG_CODE, [(1, 1)], NOW - 86_400 + 5)[1].messages == 1


@pytest.mark.parametrize(("asked", "kept"), [(None, 2.0), (-5, 0.0), (1.5, 1.5), (1e9, 3600.0)])
def test_a_provider_is_believed_for_an_hour_at_most(asked: float | None, kept: float) -> None:
    assert pacing.silence_of(asked) == kept


@pytest.mark.parametrize(
    ("channel", "address", "kind"),
    [
        (Channel.SMS, "+12025550100", Kind.LONG_CODE),
        (Channel.SMS, "+18005550100", Kind.TOLL_FREE),
        (Channel.SMS, "+18885550100", Kind.TOLL_FREE),
        (Channel.SMS, "+447700900123", Kind.ABROAD),
        (Channel.SMS, "MG" + "0" * 32, Kind.SERVICE),
        (Channel.SMS, "24365", Kind.SHORT_CODE),
        (Channel.VOICE, "+18005550100", Kind.VOICE),
        (Channel.EMAIL, "clinic@example.org", Kind.MAIL),
    ],
)
def test_a_sender_is_known_by_its_address(channel: Channel, address: str, kind: Kind) -> None:
    assert pacing.kind_of(channel, address) is kind


def test_every_kind_has_a_pace_and_calls_come_one_by_one() -> None:
    assert set(DEFAULT_RATES) == set(Kind)
    assert pacing.pace_of(1.0, Kind.VOICE).burst == 1
    assert pacing.pace_of(0.1, Kind.LONG_CODE).burst == 1
    assert pacing.pace_of(100.0, Kind.SHORT_CODE).burst == 300


def test_urgent_texts_and_mails_go_on_credit_and_calls_wait() -> None:
    assert {c for c in Channel if pacing.may_owe(c, Urgency.URGENT)} == {Channel.SMS, Channel.EMAIL}
    assert not any(pacing.may_owe(channel, Urgency.ORDINARY) for channel in Channel)


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0.5), (float("nan"), 1)])
def test_a_pace_that_would_never_let_anything_leave_is_refused(rate: float, burst: float) -> None:
    with pytest.raises(ValueError):
        Pace(rate, burst)
