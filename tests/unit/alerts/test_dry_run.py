"""What a dry run says is what the machine does: steps, gaps, the ring, the fallback, and the slowest moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.case import Case
from alerts.domain.dry_run import Line, Recipient, Scene, Spans, What, Whom, first_voice, play, play_on, slowest
from alerts.domain.policy import Policy, Role, Step, Target
from alerts.domain.words import AlertState, Tier
from messaging.domain.delivery import Channel

NOW = datetime(2026, 11, 29, 8, 10, tzinfo=UTC)
MINUTE, WEEK = timedelta(minutes=1), timedelta(weeks=1)
SMS, VOICE = Channel.SMS, Channel.VOICE


def step(role: Role, *channels: Channel, wait: int = 180) -> Step:
    return Step(Target.ON_CALL, channels, timedelta(seconds=wait), role)


POLICY = Policy(
    name="red",
    ladder=(step(Role.NURSE, SMS), step(Role.NURSE, VOICE, wait=120), step(Role.BACKUP, SMS, VOICE, wait=300)),
    ring=(step(Role.MANAGER, VOICE, wait=300),),
)


def everybody(one: Step, at: datetime) -> Sequence[Recipient]:
    return [Recipient(one.role.value if one.role else "", one.channels)]


def nobody(*_: object) -> Sequence[Recipient]:
    return []


def only_texts(*_: object) -> Sequence[Recipient]:
    return [Recipient("x", (SMS,))]


def without(*roles: Role) -> Whom:
    return lambda one, at: [] if one.role in roles else everybody(one, at)


def scene(**changes: datetime) -> Scene:
    return Scene(**{"tier": Tier.RED, "raised_at": NOW, "opens_at": NOW} | changes)  # type: ignore[arg-type]


def told(lines: Sequence[Line]) -> list[tuple[float, str]]:
    return [
        ((line.at - NOW).total_seconds(), line.recipients[0].name if line.recipients else "-")
        if line.what is What.PAGE
        else ((line.at - NOW).total_seconds(), "patient")
        for line in lines
    ]


def test_it_climbs_the_ladder_and_then_goes_round_for_ever() -> None:
    lines = play(POLICY, scene(), everybody, lines=7)
    assert told(lines) == [
        (0, "nurse"),
        (180, "nurse"),
        (300, "backup"),
        (600, "manager"),
        (900, "manager"),
        (1200, "manager"),
        (1500, "manager"),
    ]
    assert [line.in_ring for line in lines] == [False] * 3 + [True] * 4


def test_it_skips_a_step_with_nobody_at_once_and_shows_it() -> None:
    lines = play(POLICY, scene(), without(Role.NURSE), lines=3)
    assert told(lines) == [(0, "-"), (0, "-"), (0, "backup")]
    assert [line.is_empty for line in lines] == [True, True, False]


def test_it_tells_when_the_patient_gets_the_fallback() -> None:
    lines = play(POLICY, scene(fallback_at=NOW + 8 * MINUTE), everybody, lines=5)
    assert told(lines)[3] == (480, "patient")


def test_it_begins_when_the_clinic_opens_where_the_policy_waits() -> None:
    opens = NOW + 5 * timedelta(hours=1)
    assert play(POLICY, scene(opens_at=opens), everybody, lines=1)[0].at == opens


def test_it_ends_even_where_there_is_nobody_at_all() -> None:
    lines = play(POLICY, scene(), nobody, lines=40)
    assert len(lines) == 40
    assert all(line.is_empty for line in lines)
    assert all(earlier.at <= later.at for earlier, later in pairwise(lines))


def test_it_goes_on_from_where_an_open_case_stands() -> None:
    taken = Case(tier=Tier.RED, state=AlertState.ACCEPTED, owner=7, position=1, due_at=NOW + 30 * MINUTE)
    assert told(play_on(POLICY, taken, everybody, lines=2)) == [(1800, "nurse"), (1980, "nurse")]
    spoken = Case(tier=Tier.RED, state=AlertState.REACHED, owner=7, position=1, due_at=NOW + 60 * MINUTE)
    assert [line.what for line in play_on(POLICY, spoken, everybody, lines=2)] == [What.NUDGE, What.PAGE]
    assert play_on(POLICY, Case(tier=Tier.RED, state=AlertState.CLOSED), everybody, lines=2) == ()


@pytest.mark.parametrize(
    ("missing", "after"),
    [((), 180), ((Role.NURSE,), 0), ((Role.NURSE, Role.BACKUP), 0), ((Role.BACKUP,), 180)],
)
def test_it_knows_when_the_first_telephone_rings(missing: tuple[Role, ...], after: int) -> None:
    assert first_voice(POLICY, NOW, without(*missing)) == timedelta(seconds=after)


def test_it_finds_no_voice_where_nobody_has_a_telephone() -> None:
    assert first_voice(POLICY, NOW, only_texts) is None
    assert first_voice(POLICY, NOW, nobody) is None


def test_it_finds_the_moment_in_which_a_gap_bites() -> None:
    """The nurse only gets a text: who reports 4 minutes before the backup's gap falls into it."""
    gap = (NOW + timedelta(days=3), NOW + timedelta(days=3, minutes=30))
    policy = Policy(
        name="late",
        ladder=(step(Role.NURSE, SMS, wait=240), step(Role.BACKUP, VOICE, wait=60)),
        ring=(step(Role.CHARGE, SMS, wait=1200), step(Role.MANAGER, VOICE, wait=60)),
    )

    def whom(one: Step, at: datetime) -> Sequence[Recipient]:
        return [] if one.role is Role.BACKUP and gap[0] <= at < gap[1] else everybody(one, at)

    found = slowest(policy, whom, changes=gap, start=NOW, end=NOW + 4 * WEEK)
    assert found.start == gap[0] - 4 * MINUTE
    assert found.after == timedelta(seconds=240 + 1200)
    assert first_voice(policy, found.start - timedelta(seconds=1), whom) == 4 * MINUTE


def test_it_says_when_no_telephone_would_ring_at_all() -> None:
    ends = NOW + timedelta(days=9)

    def whom(one: Step, at: datetime) -> Sequence[Recipient]:
        return everybody(one, at) if at < ends else []

    found = slowest(POLICY, whom, changes=[ends], start=NOW, end=NOW + 4 * WEEK)
    assert found.after is None
    assert ends - 5 * MINUTE <= found.start <= ends


def test_it_asks_the_rota_once_for_each_span() -> None:
    asked: list[datetime] = []

    def whom(one: Step, at: datetime) -> Sequence[Recipient]:
        asked.append(at)
        return everybody(one, at)

    remembering = Spans({Role.NURSE: [NOW + WEEK]}).remembering(whom)
    for days in (0, 1, 6, 7, 8, 20):
        remembering(POLICY.step(0), NOW + timedelta(days=days))
    assert asked == [NOW, NOW + WEEK]


@given(
    gaps=st.lists(st.tuples(st.sampled_from(list(Role)), st.integers(0, 600), st.integers(1, 120)), max_size=6),
    waits=st.lists(st.tuples(st.sampled_from(list(Role)), st.booleans(), st.integers(1, 30)), min_size=1, max_size=4),
    looked=st.lists(st.integers(0, 700), max_size=20),
)
def test_no_moment_is_slower_than_the_slowest(
    gaps: list[tuple[Role, int, int]], waits: list[tuple[Role, bool, int]], looked: list[int]
) -> None:
    """Whatever the gaps of a rota: the moment that is named is as slow as any that is looked at."""
    spans = [(role, NOW + start * MINUTE, NOW + (start + length) * MINUTE) for role, start, length in gaps]
    steps = tuple(step(role, VOICE if calls else SMS, wait=minutes * 60) for role, calls, minutes in waits)
    day = timedelta(days=1)
    policy = Policy(name="any", ladder=steps, ring=(step(Role.MANAGER, VOICE),), human_within=day)

    def whom(one: Step, at: datetime) -> Sequence[Recipient]:
        away = any(one.role is role and start <= at < end for role, start, end in spans)
        return [] if away else everybody(one, at)

    changes = [moment for _, start, end in spans for moment in (start, end)]
    found = slowest(policy, whom, changes=changes, start=NOW, end=NOW + day)
    assert first_voice(policy, found.start, whom) == found.after
    for minute in looked:
        after = first_voice(policy, NOW + minute * MINUTE, whom)
        assert found.after is None or (after is not None and after <= found.after)
