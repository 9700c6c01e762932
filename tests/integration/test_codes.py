"""What a code calls for: the defaults, what staff have decided, and when a process hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from messaging import codes
from messaging.channels.base import PermanentFailure, TransientFailure
from messaging.domain.reactions import Code, Reaction
from messaging.models import CodeReaction
from tests.support.messages import NOW

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def decide(code: str = "30003", **fields: Any) -> CodeReaction:
    wanted = {"reaction": Reaction.OTHER_WAY, "note": "as we see it", "changed_by": "boss"} | fields
    return CodeReaction.objects.update_or_create(code=code, defaults=wanted)[0]


def test_a_code_that_nobody_has_decided_about_has_its_default() -> None:
    codes.refresh(now=NOW)
    assert codes.lookup("30003") == codes.DEFAULTS["30003"]
    assert codes.lookup("39999") is None
    assert codes.lookup("") is None


def test_a_decision_is_heard_of_within_thirty_seconds_and_not_asked_for_more_often(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    codes.refresh(now=NOW)
    decide()
    with django_assert_num_queries(0):
        codes.refresh(now=NOW + 29 * SECOND)
        assert codes.lookup("30003") == codes.DEFAULTS["30003"]
    with django_assert_num_queries(1):
        codes.refresh(now=NOW + 30 * SECOND)
    with django_assert_num_queries(0):
        found = codes.lookup("30003")
    assert found is not None
    assert found.reaction is Reaction.OTHER_WAY
    assert found.words == codes.DEFAULTS["30003"].words


def test_a_decision_that_was_taken_back_leaves_the_default() -> None:
    row = decide(words="it is off")
    codes.refresh(now=NOW)
    assert codes.lookup("30003") == Code("it is off", Reaction.OTHER_WAY)
    row.delete()
    codes.refresh(now=NOW + 30 * SECOND)
    assert codes.lookup("30003") == codes.DEFAULTS["30003"]


def test_a_clock_that_was_set_back_does_not_stop_the_reading() -> None:
    codes.refresh(now=NOW)
    decide()
    codes.refresh(now=NOW - timedelta(hours=1))
    assert codes.lookup("30003") != codes.DEFAULTS["30003"]


def test_a_decision_keeps_whose_fault_it_is() -> None:
    decide("20003", reaction=Reaction.HOLD, wait_seconds=10)
    codes.refresh(now=NOW)
    known = codes.lookup("20003")
    assert known is not None
    assert known.account


@pytest.mark.parametrize(
    ("reaction", "expected"),
    [
        (Reaction.ADDRESS, {"dead_address": True}),
        (Reaction.OPT_OUT, {"opted_out": True}),
        (Reaction.OPERATOR, {"operator": True}),
        (Reaction.OTHER_WAY, {}),
    ],
)
def test_a_refusal_for_good_says_what_it_calls_for(reaction: Reaction, expected: dict[str, bool]) -> None:
    failure = codes.failure("1", Code("no", reaction))
    assert isinstance(failure, PermanentFailure)
    marks = {name: getattr(failure, name) for name in ("dead_address", "opted_out", "operator")}
    assert marks == {"dead_address": False, "opted_out": False, "operator": False} | expected


def test_a_refusal_for_now_says_how_long_how_often_and_whose_fault_it_is() -> None:
    later = codes.failure("1", Code("busy", Reaction.RETRY, wait=60, tries=2, account=True))
    assert isinstance(later, TransientFailure)
    assert (later.retry_after, later.tries, later.holds_sender, later.whole_account) == (60, 2, False, False)
    held = codes.failure("2", Code("closed", Reaction.HOLD, tries=2, account=True))
    assert isinstance(held, TransientFailure)
    assert (held.retry_after, held.tries, held.holds_sender, held.whole_account) == (None, 0, True, True)
