"""What must hold of every rota in every zone: nobody is lost, nobody is doubled, and handovers are wall time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.domain.rota import Cover, Rota, Shift, Span, Trade, gaps, on_call, overlaps, shifts
from alerts.domain.rota_claims import Rotation, Single, Window

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)

clocks = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 59)))
days = st.dates(date(2025, 11, 1), date(2026, 12, 1))
persons = st.integers(1, 5)
moments = st.integers(0, 500 * 24 * 60).map(lambda minutes: FIRST + minutes * MINUTE)
windows = st.builds(Window, weekdays=st.frozensets(st.integers(0, 6), min_size=1), opens=clocks, closes=clocks)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(moments)
    return Span(start, start + draw(st.integers(1, 10 * 24 * 60)) * MINUTE)


@st.composite
def rotations(draw: st.DrawFn, number: int) -> Rotation:
    first_on = draw(days)
    until = draw(st.none() | st.integers(1, 300).map(lambda n: first_on + n * DAY))
    return Rotation(
        id=number,
        members=tuple(draw(st.lists(persons, min_size=1, max_size=4))),
        first_on=first_on,
        handover=draw(clocks),
        turn_days=draw(st.integers(1, 28)),
        rank=draw(st.integers(1, 3)),
        until=until,
        window=draw(st.none() | windows),
    )


@st.composite
def overlays(draw: st.DrawFn, number: int) -> Cover | Trade:
    if draw(st.booleans()):
        return Cover(id=number, person=draw(persons), span=draw(spans()))
    one = draw(persons)
    return Trade(id=number, one=one, two=one % 5 + 1, spans=(draw(spans()), draw(spans())))


@st.composite
def rotas(draw: st.DrawFn) -> Rota:
    singles = []
    for number in range(draw(st.integers(0, 2))):
        span = draw(spans())
        singles.append(Single(id=number, person=draw(persons), start=span.start, end=span.end))
    return Rota(
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        rotations=tuple(draw(rotations(number)) for number in range(draw(st.integers(0, 3)))),
        singles=tuple(singles),
        overlays=tuple(draw(overlays(number)) for number in range(draw(st.integers(0, 4)))),
    )


def holders(rota: Rota, start: datetime, end: datetime) -> list[tuple[datetime, datetime, int]]:
    """Who holds what, whatever put her there: touching shifts of one person are one."""
    found: list[tuple[datetime, datetime, int]] = []
    for shift in shifts(rota, start, end):
        if found and found[-1][1] == shift.start and found[-1][2] == shift.person:
            found[-1] = (found[-1][0], shift.end, shift.person)
        else:
            found.append((shift.start, shift.end, shift.person))
    return found


def at(found: list[Shift], moment: datetime) -> list[Shift]:
    return [shift for shift in found if shift.start <= moment < shift.end]


@given(rotas(), moments, st.integers(1, 30))
@settings(max_examples=250)
def test_shifts_and_gaps_tile_time(rota: Rota, start: datetime, length: int) -> None:
    end = start + length * DAY
    pieces = [(s.start, s.end) for s in shifts(rota, start, end)] + [(g.start, g.end) for g in gaps(rota, start, end)]
    reached = start
    for began, ended in sorted(pieces):
        assert began == reached, "neither a hole nor two holders"
        assert ended > began
        reached = ended
    assert reached == end


@given(rotas(), moments)
@settings(max_examples=250)
def test_every_instant_has_exactly_one_holder_unless_a_gap_is_reported(rota: Rota, moment: datetime) -> None:
    held = on_call(rota, moment)
    assert (held is None) == bool(gaps(rota, moment, moment + SECOND))
    around = shifts(rota, moment - 3 * DAY, moment + 3 * DAY)
    assert [shift.person for shift in at(around, moment)] == ([held.person] if held else [])
    if held:
        assert held.start <= moment < held.end
        before, after = on_call(rota, held.start - SECOND), on_call(rota, held.end)
        for neighbour in (before, after):
            assert neighbour is None or (neighbour.start, neighbour.end) != (held.start, held.end)
        assert before is None or before.end == held.start
        assert after is None or after.start == held.end


@given(rotas(), spans(), st.integers(1, 9))
@settings(max_examples=150)
def test_looking_at_a_part_shows_that_part(rota: Rota, span: Span, margin: int) -> None:
    wide = holders(rota, span.start - margin * DAY, span.end + margin * DAY)
    cut = [(max(a, span.start), min(b, span.end), person) for a, b, person in wide]
    assert [each for each in cut if each[0] < each[1]] == holders(rota, span.start, span.end)


@given(rotas(), persons, spans())
@settings(max_examples=150)
def test_an_override_covers_exactly_its_span(rota: Rota, person: int, span: Span) -> None:
    covered = Rota(
        zone=rota.zone,
        rotations=rota.rotations,
        singles=rota.singles,
        overlays=(*rota.overlays, Cover(id=99, person=person, span=span)),
    )
    assert holders(covered, span.start, span.end) == [(span.start, span.end, person)]
    assert holders(covered, span.start - 9 * DAY, span.start) == holders(rota, span.start - 9 * DAY, span.start)
    assert holders(covered, span.end, span.end + 9 * DAY) == holders(rota, span.end, span.end + 9 * DAY)


@given(rotas(), persons, spans(), spans())
@settings(max_examples=150)
def test_a_swap_done_twice_was_never_done(rota: Rota, one: int, first: Span, second: Span) -> None:
    swap = Trade(id=99, one=one, two=one % 5 + 1, spans=(first, second))
    twice = Rota(
        zone=rota.zone,
        rotations=rota.rotations,
        singles=rota.singles,
        overlays=(*rota.overlays, swap, swap),
    )
    start, end = min(first.start, second.start) - DAY, max(first.end, second.end) + DAY
    assert holders(twice, start, end) == holders(rota, start, end)


@given(rotas(), spans())
@settings(max_examples=150)
def test_overlaps_are_of_different_people_and_the_first_one_holds(rota: Rota, span: Span) -> None:
    bare = Rota(zone=rota.zone, rotations=rota.rotations, singles=rota.singles)
    found = overlaps(bare, span.start, span.end)
    for overlap in found:
        assert len(set(overlap.people)) == len(overlap.people) >= 2
        for moment in (overlap.start, overlap.end - SECOND):
            held = on_call(bare, moment)
            assert held is not None
            assert held.person == overlap.people[0]


@given(st.sampled_from(ZONES), clocks, moments)
@settings(max_examples=400)
def test_every_handover_is_the_first_instant_at_which_clocks_have_reached_it(
    name: str, clock: time, moment: datetime
) -> None:
    """Held against a clock that is watched: a second before, it has not shown the time that day; now it has."""
    zone = ZoneInfo(name)
    rota = Rota(
        zone=zone,
        rotations=(Rotation(id=1, members=(1, 2), first_on=date(2025, 1, 1), handover=clock, turn_days=1),),
    )
    shift = on_call(rota, moment)
    assert shift is not None, "a rotation without a window has no gap"
    for edge in (shift.start, shift.end):
        after, before = edge.astimezone(zone), (edge - SECOND).astimezone(zone)
        wall = datetime.combine(after.date(), clock)
        assert after.replace(tzinfo=None) >= wall
        assert before.replace(tzinfo=None) < wall
        exactly = after.replace(tzinfo=None) == wall
        jumped = after.utcoffset() != before.utcoffset()
        assert exactly or jumped


def clock_changes(zone: ZoneInfo) -> list[datetime]:
    """Noons of UTC before which the zone's clocks have changed within a day."""
    noons = [FIRST + n * DAY + 12 * HOUR for n in range(500)]
    shown = [noon.astimezone(zone).utcoffset() for noon in noons]
    return [noon for noon, before, here in zip(noons[1:], shown, shown[1:], strict=False) if before != here]


def test_no_clock_change_of_any_zone_loses_an_instant() -> None:
    """Day and night shifts around every change of a year and a half, in each zone: no gap and no overlap."""
    every_day = frozenset(range(7))
    changes = 0
    for name in ZONES:
        halves = tuple(
            Rotation(
                id=number,
                members=(number, number + 2),
                first_on=date(2025, 12, 1),
                handover=opens,
                turn_days=1,
                window=Window(weekdays=every_day, opens=opens, closes=closes),
            )
            for number, (opens, closes) in enumerate(((time(2, 30), time(14)), (time(14), time(2, 30))), start=1)
        )
        rota = Rota(zone=ZoneInfo(name), rotations=halves)
        for change in clock_changes(rota.zone):
            assert gaps(rota, change - 2 * DAY, change + 2 * DAY) == [], name
            assert overlaps(rota, change - 2 * DAY, change + 2 * DAY) == [], name
            changes += 1
    assert changes > 300
