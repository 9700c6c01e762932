"""The escalation machine: no sequence of events leaves an open alert without an owner or a next step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.domain import escalation as machine
from alerts.domain.case import (
    Accepted,
    AnnounceNurse,
    Case,
    ClockStruck,
    Closed,
    Effect,
    Event,
    HandedBack,
    Note,
    PagePerson,
    PageStep,
    Raised,
    ReportedAgain,
    SendFallback,
    Shout,
    Spoke,
    StandDown,
    StepEmpty,
    StepLost,
    Worsened,
)
from alerts.domain.escalation import transition
from alerts.domain.policy import Policy, PolicyError, Role, Step, Target, from_json
from alerts.domain.words import ALERT_MOVES, OWNED_STATES, AlertState, EventKind, Outcome, Tier
from messaging.domain.delivery import Channel

NOW = datetime(2026, 3, 1, 3, 10, tzinfo=UTC)
NURSE, OTHER = 7, 8


def step(role: Role, seconds: int, *channels: Channel) -> Step:
    return Step(Target.ON_CALL, channels or (Channel.SMS,), timedelta(seconds=seconds), role)


POLICY = Policy(
    name="red",
    ladder=(
        step(Role.NURSE, 180),
        step(Role.NURSE, 120, Channel.VOICE),
        step(Role.BACKUP, 300, Channel.SMS, Channel.VOICE),
    ),
    ring=(step(Role.PHYSICIAN, 300, Channel.VOICE), step(Role.MANAGER, 300)),
)


def raised(*, fallback_after: int | None = 10) -> Case:
    fallback = NOW + timedelta(minutes=fallback_after) if fallback_after else None
    case, effects = transition(POLICY, Case(tier=Tier.RED), Raised(NOW, fallback), NOW)
    assert PageStep(0) in effects
    return case


def notes(effects: tuple[Effect, ...]) -> list[EventKind]:
    return [effect.kind for effect in effects if isinstance(effect, Note)]


class TestTheLadder:
    def test_it_pages_at_once_when_raised(self) -> None:
        case = raised()
        assert (case.state, case.position, case.due_at) == (AlertState.PAGED, 0, NOW + timedelta(seconds=180))

    def test_it_climbs_and_then_goes_round_the_ring_for_ever(self) -> None:
        case, now, paged = raised(fallback_after=None), NOW, [0]
        for _ in range(200):
            assert case.due_at is not None
            now = case.due_at
            case, effects = transition(POLICY, case, ClockStruck(), now)
            paged += [effect.position for effect in effects if isinstance(effect, PageStep)]
        assert paged == list(range(201))
        assert [POLICY.step(position).role for position in (3, 4, 5, 6)] == [
            Role.PHYSICIAN,
            Role.MANAGER,
            Role.PHYSICIAN,
            Role.MANAGER,
        ]

    def test_a_clock_that_has_not_struck_changes_nothing(self) -> None:
        case = raised()
        assert transition(POLICY, case, ClockStruck(), NOW + timedelta(seconds=179)) == (case, ())

    def test_lost_pages_pull_the_next_step_forward(self) -> None:
        case, effects = transition(POLICY, raised(), StepLost(0), NOW + timedelta(seconds=5))
        assert (case.position, case.due_at) == (1, NOW + timedelta(seconds=125))
        assert PageStep(1) in effects
        assert EventKind.PAGE_FAILED in notes(effects)

    def test_pages_of_an_earlier_step_that_are_lost_late_skip_nobody(self) -> None:
        case, _ = transition(POLICY, raised(), StepLost(0), NOW)
        assert transition(POLICY, case, StepLost(0), NOW) == (case, ())

    def test_an_empty_step_is_skipped_at_once_and_shouted_about(self) -> None:
        case, effects = transition(POLICY, raised(), StepEmpty(0), NOW)
        assert case.position == 1
        assert PageStep(1) in effects
        assert any(isinstance(effect, Shout) and "on-call nurse" in effect.words for effect in effects)

    def test_with_nobody_at_all_it_shouts_and_tries_again_soon_for_ever(self) -> None:
        case, now = raised(), NOW
        for _ in range(3):
            for _ in range(POLICY.length):
                case, effects = transition(POLICY, case, StepEmpty(case.position), now)
            assert any(isinstance(effect, Shout) and "NOBODY" in effect.words for effect in effects)
            assert case.due_at == now + machine.NOBODY_RETRY
            now = case.due_at
            case, effects = transition(POLICY, case, ClockStruck(), now)
            assert any(isinstance(effect, PageStep) for effect in effects)

    def test_a_policy_that_waits_pages_when_the_clinic_opens(self) -> None:
        opens = NOW + timedelta(hours=5)
        case, effects = transition(POLICY, Case(tier=Tier.AMBER), Raised(opens), NOW)
        assert (case.state, case.due_at, PageStep(0) in effects) == (AlertState.RAISED, opens, False)
        case, effects = transition(POLICY, case, ClockStruck(), opens)
        assert PageStep(0) in effects

    def test_a_policy_without_a_ring_cannot_be_made(self) -> None:
        with pytest.raises(PolicyError, match="ring"):
            Policy(name="ends", ladder=POLICY.ladder, ring=())

    def test_a_policy_survives_being_frozen(self) -> None:
        assert from_json(POLICY.to_json()) == POLICY


class TestTaking:
    def test_the_first_wins_and_the_second_changes_nothing(self) -> None:
        case, effects = transition(POLICY, raised(), Accepted(NURSE), NOW)
        assert (case.state, case.owner, case.next_at) == (AlertState.ACCEPTED, NURSE, NOW + POLICY.reach_within)
        assert {AnnounceNurse(), StandDown(NURSE)} <= set(effects)
        again, effects = transition(POLICY, case, Accepted(OTHER), NOW)
        assert again == case
        assert notes(effects) == [EventKind.ACCEPTED_LATE]

    def test_taken_and_forgotten_is_paged_again(self) -> None:
        case, _ = transition(POLICY, raised(), Accepted(NURSE), NOW)
        late = NOW + POLICY.reach_within
        case, effects = transition(POLICY, case, ClockStruck(), late)
        assert (case.state, case.owner, case.position) == (AlertState.PAGED, None, 0)
        assert EventKind.ACCEPTANCE_TIMED_OUT in notes(effects)

    def test_an_outcome_that_is_not_recorded_is_asked_for_and_then_paged_again(self) -> None:
        case, _ = transition(POLICY, raised(), Accepted(NURSE), NOW)
        case, _ = transition(POLICY, case, Spoke(NURSE, reached=True), NOW)
        assert case.due_at == NOW + POLICY.outcome_within
        case, effects = transition(POLICY, case, ClockStruck(), case.due_at)
        assert (case.state, case.owner) == (AlertState.REACHED, NURSE)
        assert PagePerson(NURSE, "outcome") in effects
        assert case.due_at is not None
        case, effects = transition(POLICY, case, ClockStruck(), case.due_at)
        assert (case.state, PageStep(0) in effects) == (AlertState.PAGED, True)

    def test_handing_back_pages_the_next_step_at_once(self) -> None:
        case, _ = transition(POLICY, raised(), Accepted(NURSE), NOW)
        case, effects = transition(POLICY, case, HandedBack(NURSE), NOW + timedelta(minutes=1))
        assert (case.state, case.owner, case.position) == (AlertState.PAGED, None, 1)
        assert PageStep(1) in effects

    def test_a_late_no_of_somebody_whose_step_is_over_skips_nobody(self) -> None:
        case, _ = transition(POLICY, raised(), StepLost(0), NOW)
        same, effects = transition(POLICY, case, HandedBack(NURSE, 0), NOW)
        assert same == case
        assert not any(isinstance(effect, PageStep) for effect in effects)

    def test_another_cannot_hand_back_what_is_not_hers(self) -> None:
        case, _ = transition(POLICY, raised(), Accepted(NURSE), NOW)
        assert transition(POLICY, case, HandedBack(OTHER), NOW) == (case, ())

    def test_worse_news_page_again_though_somebody_has_it(self) -> None:
        case, _ = transition(POLICY, raised(), Accepted(NURSE), NOW)
        case, effects = transition(POLICY, case, Worsened(Tier.T0), NOW)
        assert (case.state, case.tier, case.owner) == (AlertState.PAGED, Tier.T0, None)
        assert [effect for effect in effects if not isinstance(effect, Note)] == [
            PagePerson(NURSE, "worse"),
            PageStep(0),
        ]

    def test_the_same_news_again_page_nobody(self) -> None:
        case, _ = transition(POLICY, raised(), Accepted(NURSE), NOW)
        assert transition(POLICY, case, ReportedAgain(Tier.RED), NOW)[0] == case


class TestTheFallback:
    def test_it_goes_out_once_when_nobody_has_it_in_time(self) -> None:
        case, at = raised(), NOW + timedelta(minutes=10)
        case, effects = transition(POLICY, case, ClockStruck(), at)
        assert effects[0] == SendFallback()
        case, effects = transition(POLICY, case, ClockStruck(), at)
        assert SendFallback() not in effects

    def test_it_does_not_go_out_once_somebody_has_it(self) -> None:
        case, _ = transition(POLICY, raised(), Accepted(NURSE), NOW)
        _, effects = transition(POLICY, case, ClockStruck(), NOW + timedelta(minutes=11))
        assert SendFallback() not in effects

    def test_giving_it_back_lets_her_clock_run_on(self) -> None:
        case, _ = transition(POLICY, raised(), Accepted(NURSE), NOW)
        case, _ = transition(POLICY, case, HandedBack(NURSE), NOW + timedelta(minutes=11))
        assert case.next_at == NOW + timedelta(minutes=10)
        case, effects = transition(POLICY, case, ClockStruck(), NOW + timedelta(minutes=11))
        assert effects == (SendFallback(),)

    def test_it_does_not_go_out_once_a_nurse_has_spoken_with_her(self) -> None:
        case, _ = transition(POLICY, raised(), Spoke(NURSE, reached=True), NOW)
        case, _ = transition(POLICY, case, HandedBack(NURSE), NOW + timedelta(minutes=11))
        assert case.fallback_at is None

    def test_worse_news_start_it_where_it_does_not_run(self) -> None:
        later = NOW + timedelta(minutes=12)
        amber, _ = transition(POLICY, raised(fallback_after=None), Worsened(Tier.RED, later), NOW)
        assert amber.fallback_at == later
        running, _ = transition(POLICY, raised(), Worsened(Tier.T0, later), NOW)
        assert running.fallback_at == NOW + timedelta(minutes=10)
        taken, _ = transition(POLICY, raised(), Accepted(NURSE), NOW)
        assert transition(POLICY, taken, Worsened(Tier.T0, later), NOW)[0].fallback_at == later


people = st.sampled_from([NURSE, OTHER, 9])
positions = st.integers(-2, 8)
events = st.one_of(
    st.just(ClockStruck()),
    st.builds(StepEmpty, positions),
    st.builds(StepLost, positions),
    st.builds(Accepted, people),
    st.builds(HandedBack, people, st.one_of(st.none(), positions)),
    st.builds(Spoke, people, st.booleans()),
    st.builds(Closed, people, st.sampled_from(Outcome)),
    st.builds(ReportedAgain, st.sampled_from(Tier)),
    st.builds(Worsened, st.sampled_from(Tier)),
    # What nobody sends twice, and what must do no harm all the same.
    st.builds(Raised, st.integers(-60, 60).map(lambda minutes: NOW + timedelta(minutes=minutes))),
)
steps = st.builds(
    Step,
    st.just(Target.ON_CALL),
    st.just((Channel.SMS,)),
    st.integers(15, 3600).map(lambda seconds: timedelta(seconds=seconds)),
    st.sampled_from(Role),
)
policies = st.builds(
    Policy,
    name=st.just("any"),
    ladder=st.lists(steps, max_size=4).map(tuple),
    ring=st.lists(steps, min_size=1, max_size=3).map(tuple),
)


@settings(max_examples=400, deadline=None)
@given(policies, st.lists(st.tuples(events, st.integers(0, 7200)), max_size=40))
def test_it_never_reaches_a_state_without_owner_or_next_step(policy: Policy, history: list[tuple[Event, int]]) -> None:
    now = NOW
    case, _ = transition(policy, Case(tier=Tier.RED), Raised(now, now + timedelta(minutes=10)), now)
    for event, seconds in history:
        now += timedelta(seconds=seconds)
        before = case
        case, effects = transition(policy, case, event, now)
        assert case.state is before.state or case.state in ALERT_MOVES[before.state]
        if case.state is AlertState.CLOSED:
            assert case.next_at is None
            assert before.state is AlertState.CLOSED or case.owner is not None
            continue
        assert case.due_at is not None
        assert case.next_at is not None
        assert (case.owner is not None) == (case.state in OWNED_STATES)
        # Whatever happens: within the longest wait of the policy something happens again by itself.
        longest = max(policy.reach_within, policy.outcome_within, *(s.wait for s in policy.ladder + policy.ring))
        assert case.due_at <= now + max(longest, timedelta(hours=1))
        if isinstance(event, ClockStruck) and before.due_at is not None and before.due_at <= now:
            assert any(isinstance(effect, PageStep | PagePerson) for effect in effects)


@settings(max_examples=200, deadline=None)
@given(policies, st.lists(events, max_size=25))
def test_when_nobody_answers_any_more_somebody_is_paged_within_the_longest_wait(
    policy: Policy, history: list[Event]
) -> None:
    case, _ = transition(policy, Case(tier=Tier.RED), Raised(NOW), NOW)
    for event in history:
        case, _ = transition(policy, case, event, NOW)
    if case.state is AlertState.CLOSED:
        return
    roles = set()
    for _ in range(3 * policy.length + 3):
        assert case.due_at is not None
        case, effects = transition(policy, case, ClockStruck(), case.due_at)
        roles |= {policy.step(effect.position) for effect in effects if isinstance(effect, PageStep)}
    # The whole ring has been paged: nobody who could still help was left out.
    assert set(policy.ring) <= roles
