"""Planning around every coming clock change of every zone, from a course to the instants at which reminders leave.

The oracle knows the offsets that a zone has before and after a change, and no more: it tries them one by
one, and where none fits, the wall time was skipped and the moment of the change itself is the answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from messaging.domain.quiet_hours import Window
from reminders.domain.gate import fresh_until
from reminders.domain.offsets import Elapsed, Offset, WallTime
from reminders.domain.plan import Rule, VisitFacts, wanted
from reminders.domain.schedule import Course, Slot, lay_out
from reminders.domain.words import Condition, VisitStatus

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
FIRST, DAYS = datetime(2026, 11, 1, tzinfo=UTC), 400
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
CLOCKS = (time(0), time(0, 30), time(1, 30), time(2, 30), time(3), time(9), time(23, 30))
LADDER: dict[int, Offset] = {
    1: WallTime(-2, time(10)),
    2: WallTime(-1, time(9)),
    3: WallTime(-1, time(2, 30)),
    4: WallTime(0, time(0, 15)),
    5: Elapsed(timedelta(hours=-24)),
    6: Elapsed(timedelta(minutes=-90)),
    7: WallTime(1, time(1, 30)),
}
RULES = [
    Rule(
        id=number,
        offset=offset,
        channels=("sms",),
        expires_after=DAY,
        condition=Condition.GIVEN if number == 7 else Condition.ALWAYS,
    )
    for number, offset in LADDER.items()
]


class Change:
    """One change of the clocks of one zone, found by halving; and what clocks show around it."""

    def __init__(self, zone: ZoneInfo, before: datetime, after: datetime) -> None:
        self.old, self.new = before.astimezone(zone).utcoffset(), after.astimezone(zone).utcoffset()
        while after - before > SECOND:
            middle = before + (after - before) // 2 // SECOND * SECOND
            before, after = (middle, after) if middle.astimezone(zone).utcoffset() == self.old else (before, middle)
        self.zone, self.at = zone, after

    def instant(self, day: date, clock: time) -> datetime:
        """When clocks first show `clock` on `day`, or jump over it."""
        wall = datetime.combine(day, clock, tzinfo=UTC)
        assert self.old is not None
        assert self.new is not None
        early = wall - self.old
        late = wall - self.new
        if early < self.at:
            return early
        return late if late >= self.at else self.at


def changes() -> Iterator[Change]:
    """Each change of the coming 400 days that has no other within five days of it."""
    for name in ZONES:
        zone = ZoneInfo(name)
        noons = [FIRST + n * DAY for n in range(DAYS)]
        found = [
            Change(zone, a, b)
            for a, b in pairwise(noons)
            if a.astimezone(zone).utcoffset() != b.astimezone(zone).utcoffset()
        ]
        yield from found


def facts(slot: Slot, zone: ZoneInfo) -> VisitFacts:
    return VisitFacts(
        id=slot.number,
        number=slot.number,
        at=slot.at,
        on=slot.on,
        zone=zone,
        status=VisitStatus.PLANNED,
        late_until=slot.late_until,
    )


def expected_instant(change: Change, slot: Slot, clock: time, offset: Offset) -> datetime:
    if isinstance(offset, Elapsed):
        return change.instant(slot.on, clock) + offset.delta
    return change.instant(slot.on + offset.days * DAY, offset.clock)


def check(change: Change, clock: time) -> int:
    """A daily course over the days of the change: every visit, every rung; how many wall times were skipped."""
    zone, first = change.zone, change.at.astimezone(change.zone).date() - 2 * DAY
    course = Course(first_on=first, clock=clock, zone=zone, interval_days=1, visits=5, late_days=1)
    skipped = 0
    for slot in lay_out(course, [], today=first, until=first + 9 * DAY):
        assert slot.at == change.instant(slot.on, clock), (zone, slot)
        assert slot.late_until == change.instant(slot.on + 2 * DAY, time(0)), (zone, slot)
        skipped += slot.at == change.at
        reminders = wanted(facts(slot, zone), RULES, now=slot.at - 30 * DAY)
        sent = {reminder.rule_id: reminder.send_at for reminder in reminders}
        for number, offset in LADDER.items():
            instant = expected_instant(change, slot, clock, offset)
            if number != 7 and instant >= slot.at:
                assert number not in sent, "a rung that leads up to a visit never comes after it"
            else:
                assert sent[number] == instant, (zone, slot, offset)
    return skipped


@pytest.fixture(scope="module")
def every_change() -> list[Change]:
    return list(changes())


def test_there_are_changes_of_both_kinds(every_change: list[Change]) -> None:
    forward = [c for c in every_change if c.new is not None and c.old is not None and c.new > c.old]
    assert len({c.zone.key for c in forward}) > 150
    assert len(every_change) - len(forward) > 150


@pytest.mark.parametrize("clock", CLOCKS, ids=str)
def test_every_visit_and_rung_falls_where_the_clocks_say(every_change: list[Change], clock: time) -> None:
    skipped = sum(check(change, clock) for change in every_change)
    # Some zone or other skips each of these at night (03:00 is where most clocks land); none skips nine o'clock.
    assert (skipped > 0) == (clock != time(9))


def test_words_never_outlive_the_day(every_change: list[Change]) -> None:
    """Chosen at any hour of the day of a change, "today" is true until what fresh_until says, and not after."""
    for change in every_change:
        for hours in range(-30, 31, 7):
            now = change.at + timedelta(hours=hours, minutes=11)
            until = fresh_until(now, Window(time(0), time(0)), change.zone)
            today = now.astimezone(change.zone).date()
            assert until == change.instant(today + DAY, time(0))
