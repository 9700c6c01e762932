"""Which reminders leave a phone as one text, which go first and which wait; whatever is due, none is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.domain.together import Due, Side, sort, texts

VISIT = datetime(2026, 6, 17, 13, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def due(number: int, **changes: Any) -> Due:
    """The day before one visit, unless told otherwise."""
    visit_at = changes.pop("visit_at", VISIT)
    plain: dict[str, Any] = {
        "patient_id": 1,
        "visit_id": 1,
        "visit_at": visit_at,
        "visit_day": visit_at.date(),
        "side": Side.BEFORE,
        "template": "visit_day_before",
        "send_at": visit_at - DAY,
    }
    return Due(id=number, **plain | changes)


def ids(found: Any) -> list[tuple[list[int], list[int]]]:
    return [([one.id for one in text.speaks], [one.id for one in text.said]) for text in found]


class TestMerging:
    """Several things become one text where one says what all say."""

    def test_visits_of_one_day_are_named_together_by_time(self) -> None:
        second = due(1, visit_id=2, visit_at=VISIT + timedelta(hours=5))
        assert ids(texts([second, due(2)])) == [([2, 1], [])]

    def test_visits_of_two_days_are_not(self) -> None:
        assert len(texts([due(1), due(2, visit_id=2, visit_at=VISIT + DAY)])) == 2

    def test_two_patients_are_never_named_together(self) -> None:
        assert len(texts([due(1), due(2, visit_id=2, patient_id=2)])) == 2

    def test_of_two_rungs_of_one_visit_the_one_that_asks_speaks(self) -> None:
        asks = due(2, template="visit_confirm", send_at=VISIT - 2 * DAY, asks=True)
        (text,) = texts([due(1), asks])
        assert ids([text]) == [([2], [1])]
        assert text.asks

    def test_else_the_one_nearest_to_it(self) -> None:
        assert ids(texts([due(1), due(2, template="visit_same_day", send_at=VISIT)])) == [([2], [1])]

    def test_what_says_more_than_when_is_not_swallowed(self) -> None:
        assert len(texts([due(1), due(2, template="tests_due")])) == 2

    def test_how_are_you_is_asked_once(self) -> None:
        after: dict[str, Any] = {"side": Side.AFTER, "template": "how_are_you"}
        first, second = due(1, send_at=VISIT + DAY, **after), due(2, visit_id=2, send_at=VISIT + 3 * DAY, **after)
        assert ids(texts([first, second])) == [([2], [1])]


class TestTurns:
    """Who leaves first, and who waits."""

    def test_the_nearest_to_a_visit_goes_first(self) -> None:
        far = due(1, template="visit_two_weeks", send_at=VISIT - 14 * DAY)
        near = due(2, visit_id=2, visit_at=VISIT - 13 * DAY)
        outcome = sort([far, near], room=1, yielding=1)
        assert ids(outcome.leave) == [([2], [])]
        assert ids(outcome.wait) == [([1], [])]

    def test_what_is_overdue_comes_before_what_is_a_week_away(self) -> None:
        week = due(1, template="tests_due", send_at=VISIT - 7 * DAY)
        late = due(2, visit_id=2, side=Side.OVERDUE, template="visit_overdue", send_at=VISIT + 4 * DAY)
        assert ids(sort([week, late], room=1, yielding=0).leave) == [([2], [])]

    def test_what_gives_way_does_not_take_the_last_place_of_the_week(self) -> None:
        far = due(1, template="visit_two_weeks", send_at=VISIT - 14 * DAY)
        assert ids(sort([far], room=1, yielding=0).wait) == [([1], [])]

    def test_what_is_due_later_today_is_drawn_in_where_it_would_find_no_room(self) -> None:
        later = due(2, visit_id=2, visit_at=VISIT + timedelta(hours=5), later=True)
        assert ids(sort([due(1), later], room=1, yielding=0).leave) == [([1, 2], [])]

    def test_where_there_is_room_it_keeps_its_own_time(self) -> None:
        later = due(2, visit_id=2, visit_at=VISIT + timedelta(hours=5), later=True)
        assert ids(sort([due(1), later], room=2, yielding=0).leave) == [([1], [])]

    def test_it_keeps_its_place_before_what_gives_way(self) -> None:
        far = due(1, template="visit_two_weeks", send_at=VISIT - 14 * DAY)
        later = due(2, visit_id=2, later=True)
        outcome = sort([far, later], room=1, yielding=1)
        assert (ids(outcome.leave), ids(outcome.wait)) == ([], [([1], [])])

    def test_what_was_drawn_in_and_must_wait_keeps_its_own_time(self) -> None:
        later = due(2, visit_id=2, visit_at=VISIT + timedelta(hours=5), later=True)
        outcome = sort([due(1), later], room=0, yielding=0)
        assert ids(outcome.wait) == [([1], [])]


@st.composite
def anything(draw: st.DrawFn) -> list[Due]:
    """Whatever may be due for one phone."""
    templates = st.sampled_from(["visit_confirm", "visit_day_before", "tests_due", "how_are_you", "visit_overdue"])
    return [
        due(
            number,
            patient_id=(visit := draw(st.integers(1, 4))) % 2,
            visit_id=visit,
            visit_at=VISIT + timedelta(hours=7 * visit),
            side=draw(st.sampled_from(list(Side))),
            template=(template := draw(templates)),
            asks=template == "visit_confirm",
            send_at=VISIT - draw(st.integers(0, 14)) * DAY,
            later=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 8)))
    ]


@given(dues=anything(), room=st.integers(0, 4), data=st.data())
def test_nothing_that_is_due_is_lost_and_no_more_leave_than_may(dues: list[Due], room: int, data: Any) -> None:
    yielding = data.draw(st.integers(0, room))
    outcome = sort(dues, room=room, yielding=yielding)
    settled = [one.id for text in (*outcome.leave, *outcome.wait) for one in text.all]
    assert len(settled) == len(set(settled))
    assert {one.id for one in dues if not one.later} <= set(settled)
    assert len(outcome.leave) <= room
    assert not any(one.later for text in outcome.wait for one in text.all)
    assert not any(text.later for text in outcome.leave)
    for text in outcome.leave:
        assert text.speaks
        assert len({one.patient_id for one in text.all}) == 1


@pytest.mark.parametrize("room", [0, 1, 5])
def test_nothing_due_is_nothing_to_say(room: int) -> None:
    assert sort([], room=room, yielding=room).leave == ()
