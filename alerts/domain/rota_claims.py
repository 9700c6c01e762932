"""What rotations and single shifts lay claim to: spans of time, counted from handovers in the clinic's wall time.

A handover at a wall time that a clock change skips takes place at the first one that exists; where it comes twice,
at the first of the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.domain.rota_words import Why
from messaging.domain import wall_time

_DAY = timedelta(days=1)
#: Zones lie within a day of UTC, and a handover within a day of its turn's date.
_MARGIN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A part of the week: on these weekdays (0 is Monday) from `opens` to `closes`.

    It runs into the next day where `closes` is not later: 19:00 to 07:00 is a night, 08:00 to 08:00 is 24 hours.
    """

    weekdays: frozenset[int]
    opens: time
    closes: time

    def spans(self, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        """When it is open within the two instants; what touches is one."""
        held: tuple[datetime, datetime] | None = None
        day, last = wall_time.local_date(start, zone) - _DAY, wall_time.local_date(end, zone)
        while day <= last:
            if day.weekday() in self.weekdays:
                opened, closed = self._on(day, zone)
                opened, closed = max(opened, start), min(closed, end)
                if opened < closed:
                    if held and held[1] < opened:
                        yield held
                        held = None
                    held = (held[0], max(held[1], closed)) if held else (opened, closed)
            day += _DAY
        if held:
            yield held

    def _on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        following = day if self.closes > self.opens else day + _DAY
        return wall_time.at(day, self.opens, zone), wall_time.at(following, self.closes, zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """People who take turns of `turn_days` days from `first_on` on; the lower `rank` goes first."""

    id: int
    members: tuple[int, ...]
    first_on: date
    handover: time
    turn_days: int
    rank: int = 1
    until: date | None = None  # day of the last handover, after which there is nobody
    window: Window | None = None  # none: all the time


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """One shift outside every rotation."""

    id: int
    person: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One person, one span, and how it stands against others: the lowest `rank` is on call."""

    person: int
    start: datetime
    end: datetime
    why: Why
    source: int
    rank: tuple[int, int, int]


def of_single(single: Single) -> Claim:
    """A single shift goes before every rotation; of two the one that was entered last."""
    return Claim(
        person=single.person,
        start=single.start,
        end=single.end,
        why=Why.SHIFT,
        source=single.id,
        rank=(0, 0, -single.id),
    )


def of_rotation(rotation: Rotation, zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Claim]:
    """Every shift of the rotation that touches the two instants, whole."""
    if not rotation.members:
        return
    for number, began, ended in _turns(rotation, zone, start, end):
        spans = rotation.window.spans(began, ended, zone) if rotation.window else [(began, ended)]
        for opened, closed in spans:
            if opened < end and closed > start:
                yield Claim(
                    person=rotation.members[number % len(rotation.members)],
                    start=opened,
                    end=closed,
                    why=Why.ROTATION,
                    source=rotation.id,
                    rank=(1, rotation.rank, rotation.id),
                )


def _turns(
    rotation: Rotation, zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[tuple[int, datetime, datetime]]:
    """Number, beginning and end of each turn that touches the two instants."""
    since = (wall_time.local_date(start, zone) - rotation.first_on).days - _MARGIN
    until = (wall_time.local_date(end, zone) - rotation.first_on).days + _MARGIN
    for number in range(max(0, since // rotation.turn_days), until // rotation.turn_days + 1):
        began = _handover(rotation, zone, number)
        ended = _handover(rotation, zone, number + 1)
        if began < ended and began < end and ended > start:
            yield number, began, ended


def _handover(rotation: Rotation, zone: ZoneInfo, number: int) -> datetime:
    """The instant at which turn `number` begins, and the one before it ends."""
    day = rotation.first_on + number * rotation.turn_days * _DAY
    if rotation.until is not None and day > rotation.until:
        day = rotation.until
    return wall_time.at(day, rotation.handover, zone)
