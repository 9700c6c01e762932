"""The demo's people and the timing of their visits: fictional, distinct, and due by day and by night."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders.demo.cast import CAST
from reminders.demo.oddities import ODDITIES
from reminders.demo.person import Due
from reminders.demo.timing import awake, has_struck, slot
from reminders.domain.offsets import Elapsed, WallTime

#: Every half hour of a week in which clocks go forward, of one in which they go back, and of midsummer.
MOMENTS = [
    start + timedelta(minutes=30 * step)
    for start in (
        datetime(2027, 3, 11, tzinfo=UTC),
        datetime(2026, 10, 22, tzinfo=UTC),
        datetime(2026, 7, 1, tzinfo=UTC),
    )
    for step in range(7 * 48)
]


def test_phones_are_of_the_range_kept_for_fiction() -> None:
    phones = [person.phone for person in CAST if person.phone]
    phones += [person.caregiver.phone for person in CAST if person.caregiver]
    assert all(re.fullmatch(r"\+1[2-9]\d{2}55501\d{2}", phone) for phone in phones)
    # One couple shares a telephone; nobody else does.
    assert sorted(Counter(phones).values())[-2:] == [1, 2]


def test_mailboxes_are_at_example_domains_and_distinct() -> None:
    mailboxes = [person.mailbox for person in CAST]
    assert len(set(mailboxes)) == len(CAST)
    assert all(re.fullmatch(r"[a-z_.]+@example\.com", mailbox) for mailbox in mailboxes)


def test_record_numbers_are_distinct_and_the_cast_is_large() -> None:
    assert len({person.mrn for person in CAST}) == len(CAST) >= 40


def test_somebody_is_in_every_odd_state() -> None:
    assert {person.oddity for person in CAST if person.oddity} == set(ODDITIES)


def test_it_is_daytime_somewhere_at_every_moment() -> None:
    for now in MOMENTS:
        zones = awake(now)
        assert zones, now
        for zone in zones:
            assert time(10) <= now.astimezone(ZoneInfo(zone)).time() < time(18, 30)


@pytest.mark.parametrize("minutes", [0, 1, 10])
def test_a_visit_by_elapsed_time_makes_its_reminder_due_to_the_minute(minutes: int) -> None:
    offset = Elapsed(timedelta(hours=-2))
    for moment in MOMENTS:
        now = moment + timedelta(minutes=17, seconds=43)
        zone = awake(now)[0]
        visit = slot(offset, zone=zone, minutes=minutes, clock=time(9), now=now)
        at = datetime.combine(visit.on, visit.clock, ZoneInfo(zone)).astimezone(UTC)
        due = offset.apply(at, visit.on, ZoneInfo(zone))
        assert now + timedelta(minutes=minutes - 1) < due <= now + timedelta(minutes=minutes)
        # Held up by nobody's quiet hours.
        assert time(8) <= due.astimezone(ZoneInfo(zone)).time() < time(21)


def test_a_visit_by_wall_time_lies_where_its_rung_struck_today() -> None:
    now = datetime(2026, 11, 23, 17, tzinfo=UTC)
    offset = WallTime(-1, time(9))
    visit = slot(offset, zone="America/New_York", minutes=3, clock=time(14, 15), now=now)
    assert (visit.on, visit.clock) == (date(2026, 11, 24), time(14, 15))
    assert has_struck(offset, zone="America/New_York", now=now)
    assert not has_struck(offset, zone="Pacific/Honolulu", now=now)


def test_enough_is_due_at_once_and_over_ten_minutes() -> None:
    minutes = [person.next_visit.minutes for person in CAST if isinstance(person.next_visit, Due) and person.phone]
    assert min(minutes) == 0
    assert max(minutes) <= 10
    assert len([minute for minute in minutes if minute <= 5]) >= 10
