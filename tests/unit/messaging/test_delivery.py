"""The table of moves: what may follow what, and that nothing ever goes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.delivery import (
    ACKNOWLEDGED,
    CONSENT_PURPOSES,
    FINAL,
    LEASED,
    MOVES,
    OPEN,
    Purpose,
    Status,
    may_move,
    sources,
)

# How far a message has got at the provider, told apart from the table under test.
PROGRESS = {
    Status.ACCEPTED: 1,
    Status.SENT: 2,
    Status.DELIVERED: 3,
    Status.UNDELIVERED: 3,
    Status.FAILED: 3,
}
RECEIPTS = st.lists(st.sampled_from(sorted(PROGRESS)), max_size=30)
BEFORE_RECEIPTS = st.sampled_from([Status.PLANNED, Status.CLAIMED, Status.SUBMITTING, Status.IN_DOUBT, Status.ACCEPTED])


@given(BEFORE_RECEIPTS, RECEIPTS)
def test_no_sequence_of_receipts_moves_a_message_backwards(start: Status, receipts: list[Status]) -> None:
    status, path = start, [start]
    for receipt in receipts:
        if may_move(status, receipt):
            status = receipt
            path.append(status)
    steps = [PROGRESS.get(step, 0) for step in path]
    assert steps == sorted(steps)
    assert len(steps) == len(set(steps)), "a message passes each stage once"
    if receipts:
        # Whatever the order, the message ends at the furthest stage that any receipt reported.
        assert PROGRESS[status] == max(max(PROGRESS[r] for r in receipts), PROGRESS.get(start, 0))


@given(RECEIPTS)
def test_a_final_state_is_kept_whatever_is_reported_later(receipts: list[Status]) -> None:
    for final in FINAL:
        assert not any(may_move(final, receipt) for receipt in receipts)


def test_every_status_has_its_row_and_no_state_is_a_trap() -> None:
    assert set(MOVES) == set(Status)
    for status in OPEN:
        reached, frontier = {status}, [status]
        while frontier:
            frontier = [n for s in frontier for n in MOVES[s] if n not in reached]
            reached.update(frontier)
        assert reached & FINAL, f"{status} never ends"


def test_a_message_leaves_only_after_it_was_written_down_as_being_submitted() -> None:
    # Only a receipt may jump over it, and a receipt never leads to submitting.
    assert sources(Status.SUBMITTING) == {Status.CLAIMED}
    assert sources(Status.CLAIMED) == {Status.PLANNED}


def test_what_the_provider_has_is_given_out_again_only_from_where_the_network_can_still_give_it_back() -> None:
    back = {status for status in ACKNOWLEDGED if may_move(status, Status.PLANNED) or may_move(status, Status.IN_DOUBT)}
    assert back == {Status.ACCEPTED, Status.SENT}


def test_what_the_flood_guard_holds_is_never_given_to_a_provider_before_it_waits_again() -> None:
    assert sources(Status.HELD) == {Status.PLANNED, Status.CLAIMED}
    assert not may_move(Status.HELD, Status.CLAIMED)
    assert not may_move(Status.HELD, Status.SUBMITTING)


@pytest.mark.parametrize("status", sorted(LEASED))
def test_whatever_is_held_can_be_given_back_or_resolved(status: Status) -> None:
    assert may_move(status, Status.PLANNED)


def test_sources_is_the_table_read_backwards() -> None:
    for target in Status:
        assert sources(target) == {status for status in Status if may_move(status, target)}


def test_replies_and_pages_need_no_consent_and_all_else_does() -> None:
    assert set(CONSENT_PURPOSES) == set(Purpose) - {Purpose.REPLIES, Purpose.PAGES}
