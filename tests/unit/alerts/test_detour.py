"""Which way a page takes while some are closed, and when the next step need not wait for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain import detour
from messaging.domain.delivery import Channel

SMS, MAIL, VOICE = Channel.SMS, Channel.EMAIL, Channel.VOICE
some = st.sets(st.sampled_from(list(Channel)))


@pytest.mark.parametrize(
    ("wanted", "broken", "taken"),
    [
        ((SMS,), set(), (SMS,)),
        ((SMS,), {SMS}, (SMS, MAIL, VOICE)),
        ((SMS, MAIL), {SMS}, (SMS, MAIL, VOICE)),
        ((SMS, VOICE), {SMS, VOICE}, (SMS, VOICE, MAIL)),
        ((VOICE,), {VOICE}, (VOICE, MAIL, SMS)),
        ((SMS,), {MAIL}, (SMS,)),
        ((SMS,), {SMS, MAIL, VOICE}, (SMS,)),
    ],
)
def test_it_adds_the_open_ways_to_a_step_whose_own_is_closed(
    wanted: tuple[Channel, ...], broken: set[Channel], taken: tuple[Channel, ...]
) -> None:
    assert detour.channels(wanted, broken) == taken


@given(some, some)
def test_it_never_takes_a_way_away_nor_one_twice(wanted: set[Channel], broken: set[Channel]) -> None:
    taken = detour.channels(sorted(wanted), broken)
    assert wanted <= set(taken)
    assert len(taken) == len(set(taken))
    assert not (set(taken) - wanted) & broken


@given(some, some)
def test_it_waits_for_whatever_can_make_a_phone_ring(sent_by: set[Channel], broken: set[Channel]) -> None:
    audible = sent_by - {MAIL} - broken
    assert not (audible and detour.is_unheard(sent_by, broken))
    assert not detour.is_unheard({MAIL}, broken)
    assert not detour.is_unheard(sent_by, set())


def test_it_climbs_each_step_once_and_leaves_an_amber_flag_with_who_was_mailed() -> None:
    assert [detour.may_climb(position, 3, mailed=True, pages=True) for position in range(4)] == [
        True,
        True,
        False,
        False,
    ]
    assert not detour.may_climb(0, 3, mailed=True, pages=False)
    assert detour.may_climb(0, 3, mailed=False, pages=False)
