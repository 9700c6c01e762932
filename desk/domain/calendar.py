"""Shapes of a calendar: which days a month or a week shows, and how a visit stands on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

WEEK = 7
#: Before and after these the calendar of the machine ends, and nobody has a visit.
FIRST_DAY, LAST_DAY = date(1950, 1, 1), date(2200, 12, 31)


class Shape(StrEnum):
    """How much of the calendar is seen at once."""

    MONTH = "month"
    WEEK = "week"
    DAY = "day"


class Look(StrEnum):
    """How a visit stands, as one looks at a calendar."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    ASKS_TO_MOVE = "asks_to_move"
    GIVEN = "given"
    OVERDUE = "overdue"
    MISSED = "missed"
    ON_HOLD = "on_hold"
    CANCELLED = "cancelled"

    @property
    def stands(self) -> bool:
        """Whether somebody is still expected."""
        return self in (Look.CONFIRMED, Look.UNCONFIRMED, Look.ASKS_TO_MOVE, Look.OVERDUE, Look.ON_HOLD)


def look_of(status: str, *, confirmed: bool, asked: bool, held: bool) -> Look:
    """How a visit of that status stands; `held`: its schedule or its patient is on hold."""
    if status in ("given", "missed", "cancelled"):
        return Look(status)
    if held:
        return Look.ON_HOLD
    if status == "overdue":
        return Look.OVERDUE
    if asked:
        return Look.ASKS_TO_MOVE
    return Look.CONFIRMED if confirmed else Look.UNCONFIRMED


@dataclass(frozen=True, slots=True)
class Span:
    """The days of one page of the calendar, first and last included, and where the pages beside it begin."""

    shape: Shape
    on: date
    first: date
    last: date
    before: date
    after: date

    def days(self) -> Iterator[date]:
        """Every day of it."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)

    def weeks(self) -> Sequence[Sequence[date]]:
        """Its days, seven by seven."""
        days = list(self.days())
        return [days[start : start + WEEK] for start in range(0, len(days), WEEK)]

    def is_outside(self, day: date) -> bool:
        """Whether a month's page shows `day` only to fill its first or last week."""
        return self.shape is Shape.MONTH and day.month != self.on.month


def span_of(shape: Shape, on: date, *, week_starts: int = 0) -> Span:
    """The page that shows `on`. `week_starts`: the weekday on which a week begins, 0 for Monday."""
    on = min(max(on, FIRST_DAY), LAST_DAY)
    if shape is Shape.DAY:
        return Span(shape, on, on, on, on - timedelta(days=1), on + timedelta(days=1))
    if shape is Shape.WEEK:
        first = _week_of(on, week_starts)
        return Span(shape, on, first, first + timedelta(days=6), on - timedelta(days=7), on + timedelta(days=7))
    begins = on.replace(day=1)
    follows = (begins + timedelta(days=31)).replace(day=1)
    first = _week_of(begins, week_starts)
    last = _week_of(follows - timedelta(days=1), week_starts) + timedelta(days=6)
    return Span(shape, on, first, last, (begins - timedelta(days=1)).replace(day=1), follows)


def _week_of(day: date, week_starts: int) -> date:
    return day - timedelta(days=(day.weekday() - week_starts) % WEEK)
