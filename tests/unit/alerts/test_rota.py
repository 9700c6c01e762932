"""Rotations, single shifts, overrides and swaps by example, the nights of clock changes among them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.domain.rota import Cover, Rota, Shift, Span, Trade, gaps, on_call, overlaps, people, shifts, successors
from alerts.domain.rota_claims import Rotation, Single, Window
from alerts.domain.rota_words import Why

NEW_YORK = ZoneInfo("America/New_York")
ANA, BEA, CAT, DOT = 1, 2, 3, 4
EVERY_DAY = frozenset(range(7))
WEEKDAYS, WEEKEND = frozenset(range(5)), frozenset({5, 6})
MONDAY = date(2026, 6, 1)
DAY = timedelta(days=1)


def ny(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def weekly(**changes: Any) -> Rotation:
    """Ana, Bea and Cat by turns of a week, changing on Mondays at eight."""
    plain: dict[str, Any] = {
        "id": 10,
        "members": (ANA, BEA, CAT),
        "first_on": MONDAY,
        "handover": time(8),
        "turn_days": 7,
    }
    return Rotation(**plain | changes)


def rota(*rotations: Rotation, **more: Any) -> Rota:
    return Rota(zone=NEW_YORK, rotations=rotations or (weekly(),), **more)


def told(found: list[Shift]) -> list[tuple[int, str, str]]:
    """Who, from when, until when, as the clinic's clock shows it."""
    return [
        (s.person, f"{s.start.astimezone(NEW_YORK):%a %H:%M}", f"{s.end.astimezone(NEW_YORK):%a %H:%M}") for s in found
    ]


class TestRotation:
    """Turns, and the part of the week in which they count."""

    def test_it_changes_at_the_handover_and_not_before(self) -> None:
        before = on_call(rota(), ny("2026-06-08 07:59:59"))
        after = on_call(rota(), ny("2026-06-08 08:00"))
        assert before is not None
        assert after is not None
        assert (before.person, before.end) == (ANA, ny("2026-06-08 08:00"))
        assert (after.person, after.start, after.end) == (BEA, before.end, ny("2026-06-15 08:00"))
        assert (after.why, after.source) == (Why.ROTATION, 10)

    def test_it_goes_round(self) -> None:
        found = shifts(rota(), ny("2026-06-01 08:00"), ny("2026-06-29 08:00"))
        assert [shift.person for shift in found] == [ANA, BEA, CAT, ANA]

    def test_nobody_is_on_call_before_the_first_handover_or_after_the_last(self) -> None:
        ending = rota(weekly(until=date(2026, 6, 10)))
        assert on_call(ending, ny("2026-06-01 07:59")) is None
        last = on_call(ending, ny("2026-06-09 12:00"))
        assert last is not None
        assert (last.person, last.end) == (BEA, ny("2026-06-10 08:00"))
        assert on_call(ending, ny("2026-06-10 08:00")) is None

    def test_nights_leave_the_days_to_others(self) -> None:
        nights = weekly(window=Window(weekdays=EVERY_DAY, opens=time(19), closes=time(7)), members=(ANA, BEA))
        days = weekly(id=11, window=Window(weekdays=EVERY_DAY, opens=time(7), closes=time(19)), members=(CAT,))
        found = shifts(rota(nights, days), ny("2026-06-06 07:00"), ny("2026-06-08 19:00"))
        assert told(found) == [
            (CAT, "Sat 07:00", "Sat 19:00"),
            (ANA, "Sat 19:00", "Sun 07:00"),
            (CAT, "Sun 07:00", "Sun 19:00"),
            (ANA, "Sun 19:00", "Mon 07:00"),
            (CAT, "Mon 07:00", "Mon 08:00"),
            (CAT, "Mon 08:00", "Mon 19:00"),
        ]

    def test_a_weekend_is_one_shift_of_forty_eight_hours(self) -> None:
        weekend = weekly(window=Window(weekdays=WEEKEND, opens=time(8), closes=time(8)))
        week = weekly(id=11, members=(DOT,), window=Window(weekdays=WEEKDAYS, opens=time(8), closes=time(8)))
        both = rota(weekend, week)
        assert told(shifts(both, ny("2026-06-05 08:00"), ny("2026-06-15 08:00"))) == [
            (DOT, "Fri 08:00", "Sat 08:00"),
            (ANA, "Sat 08:00", "Mon 08:00"),
            (DOT, "Mon 08:00", "Sat 08:00"),
            (BEA, "Sat 08:00", "Mon 08:00"),
        ]
        assert gaps(both, ny("2026-06-05 08:00"), ny("2026-07-05 08:00")) == []
        assert overlaps(both, ny("2026-06-05 08:00"), ny("2026-07-05 08:00")) == []

    def test_a_handover_in_the_middle_of_a_night_splits_it(self) -> None:
        window = Window(weekdays=EVERY_DAY, opens=time(19), closes=time(7))
        nights = rota(weekly(window=window, handover=time(3), turn_days=1))
        assert told(shifts(nights, ny("2026-06-02 18:00"), ny("2026-06-03 18:00"))) == [
            (BEA, "Tue 19:00", "Wed 03:00"),
            (CAT, "Wed 03:00", "Wed 07:00"),
        ]

    def test_answers_are_in_utc_whatever_zone_the_question_was_in(self) -> None:
        (shift,) = shifts(rota(), ny("2026-06-02 18:00"), ny("2026-06-03 18:00"))
        assert shift.start.tzinfo is shift.end.tzinfo is UTC

    def test_a_rotation_without_members_is_a_gap(self) -> None:
        start, end = ny("2026-06-05 08:00"), ny("2026-06-06 08:00")
        assert gaps(rota(weekly(members=())), start, end) == [Span(start, end)]


class TestClockChange:
    """Handovers are wall time."""

    nightly = Window(weekdays=EVERY_DAY, opens=time(19), closes=time(7))

    @pytest.mark.parametrize(("day", "hours"), [("2026-03-07", 11), ("2026-10-31", 13), ("2026-06-06", 12)])
    def test_a_night_is_as_long_as_the_clocks_make_it(self, day: str, hours: int) -> None:
        nights = rota(weekly(first_on=date(2026, 1, 5), window=self.nightly))
        shift = on_call(nights, ny(f"{day} 23:00"))
        assert shift is not None
        assert shift.end - shift.start == timedelta(hours=hours)

    def test_a_handover_in_the_missing_hour_is_the_first_minute_after_it(self) -> None:
        daily = rota(weekly(first_on=date(2026, 3, 1), handover=time(2, 30), turn_days=1))
        starts = [shift.start for shift in shifts(daily, ny("2026-03-07 12:00"), ny("2026-03-09 12:00"))[1:]]
        assert starts == [datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 3, 9, 6, 30, tzinfo=UTC)]

    def test_a_handover_in_the_hour_that_comes_twice_is_the_first(self) -> None:
        daily = rota(weekly(first_on=date(2026, 10, 25), handover=time(1, 30), turn_days=1))
        starts = [shift.start for shift in shifts(daily, ny("2026-10-31 12:00"), ny("2026-11-02 12:00"))[1:]]
        assert starts == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 2, 6, 30, tzinfo=UTC)]

    def test_moments_in_the_hour_that_comes_twice_are_told_apart(self) -> None:
        daily = rota(weekly(first_on=date(2026, 10, 25), handover=time(1, 30), turn_days=1))
        wall = datetime(2026, 11, 1, 1, 10)  # noqa: DTZ001
        first, second = (on_call(daily, wall.replace(tzinfo=NEW_YORK, fold=fold)) for fold in (0, 1))
        assert first is not None
        assert second is not None
        assert first.end == second.start

    def test_a_day_that_never_was_loses_nobody(self) -> None:
        apia = Rota(
            zone=ZoneInfo("Pacific/Apia"),
            rotations=(weekly(first_on=date(2011, 12, 27), turn_days=1, members=(ANA, BEA, CAT, DOT)),),
        )
        start = datetime(2011, 12, 28, tzinfo=UTC)
        assert gaps(apia, start, start + 7 * DAY) == []

    def test_a_moment_without_a_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            on_call(rota(), datetime(2026, 6, 3))  # noqa: DTZ001


class TestOverlays:
    """What lies on top of rotations."""

    def test_a_single_shift_goes_before_the_rotation_and_is_shown_as_an_overlap(self) -> None:
        single = Single(id=5, person=DOT, start=ny("2026-06-03 10:00"), end=ny("2026-06-03 14:00"))
        both = rota(singles=(single,))
        held = on_call(both, ny("2026-06-03 12:00"))
        assert held is not None
        assert (held.person, held.why, held.source) == (DOT, Why.SHIFT, 5)
        (found,) = overlaps(both, ny("2026-06-01 08:00"), ny("2026-06-08 08:00"))
        assert (found.start, found.end, found.people) == (single.start, single.end, (DOT, ANA))

    def test_an_override_settles_an_overlap(self) -> None:
        single = Single(id=5, person=DOT, start=ny("2026-06-03 10:00"), end=ny("2026-06-03 14:00"))
        cover = Cover(id=1, person=DOT, span=Span(ny("2026-06-03 09:00"), ny("2026-06-03 13:00")))
        (left,) = overlaps(rota(singles=(single,), overlays=(cover,)), ny("2026-06-01 08:00"), ny("2026-06-08 08:00"))
        assert (left.start, left.end) == (ny("2026-06-03 13:00"), single.end)

    def test_an_override_holds_its_span_and_gives_the_rest_back(self) -> None:
        cover = Cover(id=1, person=CAT, span=Span(ny("2026-06-03 10:00"), ny("2026-06-03 14:00")))
        found = shifts(rota(overlays=(cover,)), ny("2026-06-03 00:00"), ny("2026-06-04 00:00"))
        assert told(found) == [
            (ANA, "Wed 00:00", "Wed 10:00"),
            (CAT, "Wed 10:00", "Wed 14:00"),
            (ANA, "Wed 14:00", "Thu 00:00"),
        ]

    def test_an_override_fills_a_gap(self) -> None:
        span = Span(ny("2026-05-30 08:00"), ny("2026-06-01 08:00"))
        assert gaps(rota(overlays=(Cover(id=1, person=DOT, span=span),)), span.start, span.end + DAY) == []

    def test_the_later_override_lies_on_top(self) -> None:
        span = Span(ny("2026-06-03 10:00"), ny("2026-06-03 14:00"))
        first, second = Cover(id=1, person=BEA, span=span), Cover(id=2, person=CAT, span=span)
        held = on_call(rota(overlays=(first, second)), span.start)
        assert held is not None
        assert held.person == CAT

    def test_a_swap_exchanges_two_weeks(self) -> None:
        first, second = (Span(ny(a), ny(b)) for a, b in SWAPPED)
        swap = Trade(id=7, one=ANA, two=BEA, spans=(first, second))
        found = shifts(rota(overlays=(swap,)), first.start, ny("2026-06-22 08:00"))
        assert [(shift.person, shift.why) for shift in found] == [
            (BEA, Why.SWAP),
            (ANA, Why.SWAP),
            (CAT, Why.ROTATION),
        ]

    def test_a_swap_leaves_third_people_alone(self) -> None:
        first, second = (Span(ny(a), ny(b)) for a, b in SWAPPED)
        cover = Cover(id=1, person=CAT, span=Span(first.start, first.start + DAY))
        swap = Trade(id=7, one=ANA, two=BEA, spans=(first, second))
        held = on_call(rota(overlays=(cover, swap)), first.start)
        assert held is not None
        assert held.person == CAT


SWAPPED = (("2026-06-01 08:00", "2026-06-08 08:00"), ("2026-06-08 08:00", "2026-06-15 08:00"))


class TestSuccessors:
    """Who is put on when somebody cannot be reached."""

    def test_the_next_of_her_own_rotation_comes_first_then_the_others(self) -> None:
        other = weekly(id=11, rank=2, members=(DOT, BEA))
        single = Single(id=5, person=9, start=ny("2026-07-03 10:00"), end=ny("2026-07-03 14:00"))
        full = rota(weekly(), other, singles=(single,))
        shift = on_call(full, ny("2026-06-09 12:00"))
        assert shift is not None
        assert shift.person == BEA
        assert successors(full, shift) == [CAT, ANA, DOT, 9]
        assert people(full) == [ANA, BEA, CAT, DOT, 9]

    def test_somebody_from_outside_the_rotations_is_followed_by_all(self) -> None:
        shift = on_call(rota(), ny("2026-06-09 12:00"))
        assert shift is not None
        assert successors(rota(), replace(shift, person=77)) == [ANA, BEA, CAT]

    def test_a_turn_of_half_a_year_is_found_whole(self) -> None:
        shift = on_call(rota(weekly(turn_days=182)), ny("2026-08-01 12:00"))
        assert shift is not None
        assert (shift.start, shift.end) == (ny("2026-06-01 08:00"), ny("2026-11-30 08:00"))
