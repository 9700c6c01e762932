"""How links stand, and for how long wrong dates of birth shut them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from patients.domain.links import LONGEST_SHUT, SHUT_FOR, WRONG_BIRTHS, Standing, shut_for, standing

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_it_shuts_for_twice_as_long_with_each_further_try_up_to_a_week() -> None:
    assert shut_for(WRONG_BIRTHS - 1) is None
    assert [shut_for(WRONG_BIRTHS + n) for n in range(3)] == [SHUT_FOR, SHUT_FOR * 2, SHUT_FOR * 4]
    assert shut_for(32_000) == LONGEST_SHUT


@given(st.lists(st.booleans(), min_size=5, max_size=5))
def test_it_opens_only_where_nothing_speaks_against_it(bad: list[bool]) -> None:
    expired, revoked, shut, contact, patient = bad
    stands = standing(
        now=NOW,
        expires_at=NOW if expired else NOW + timedelta(days=1),
        revoked_at=NOW if revoked else None,
        shut_until=NOW + timedelta(hours=1) if shut else NOW,
        contact_stands=not contact,
        patient_stands=not patient,
    )
    assert (stands is Standing.OPEN) is not any(bad)
    assert (stands is Standing.SHUT) is (bad == [False, False, True, False, False])
    assert stands.label
