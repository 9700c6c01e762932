"""The published table of states is the states that rows can have, and the arithmetic over it notices a missing row."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.ledger import STATES, Book, Orphan, account, names, table
from alerts.domain.words import OPEN_STATES, AlertState
from messaging.domain.delivery import OPEN, Status

DOCS = Path(__file__).resolve().parents[3] / "docs" / "ledger.md"


def test_the_table_has_every_state_of_alerts_and_messages_and_no_other() -> None:
    assert set(names(Book.ALERTS)) == {state.value for state in AlertState}
    assert set(names(Book.MESSAGES)) == {status.value for status in Status}


def test_what_is_open_says_who_acts_next_and_what_is_over_does_not() -> None:
    still_open = {state.name for state in STATES[Book.ALERTS] if not state.is_end}
    assert still_open == set(OPEN_STATES)
    # What the carrier has, it will report on: for us that is not the end.
    waiting = {state.name for state in STATES[Book.MESSAGES] if not state.is_end}
    assert waiting == set(OPEN)


def test_the_published_page_holds_the_table_that_the_code_holds() -> None:
    assert table() in DOCS.read_text()


@pytest.mark.parametrize("kind", list(Orphan))
def test_every_kind_of_orphan_is_explained(kind: Orphan) -> None:
    assert len(kind.words) > 20


counts = st.dictionaries(st.sampled_from(names(Book.MESSAGES)), st.integers(1, 10**6))


@given(counts)
def test_the_sum_of_the_states_is_the_total(rows: dict[str, int]) -> None:
    whole = account(Book.MESSAGES, rows.items(), sum(rows.values()))
    assert whole.balanced
    assert set(whole.counts) == set(names(Book.MESSAGES))
    assert whole.open == sum(count for state, count in rows.items() if Status(state) in OPEN)


@given(counts, st.integers(1, 1000))
def test_a_row_in_no_state_is_noticed(rows: dict[str, int], missing: int) -> None:
    assert not account(Book.MESSAGES, rows.items(), sum(rows.values()) + missing).balanced


def test_a_state_that_is_not_in_the_table_is_noticed_and_named() -> None:
    strange = account(Book.ALERTS, [("paged", 2), ("forgotten", 1)], 3)
    assert not strange.balanced
    assert strange.unknown == ("forgotten",)
