"""Sums that a home page shows: middle and worst of waiting times, days put together into weeks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took: half of the cases took no longer than `median`, nine of ten no longer than `p90`."""

    count: int
    median: timedelta
    p90: timedelta
    worst: timedelta


def times(spans: Iterable[timedelta]) -> Times | None:
    """The figures of these spans; None of none."""
    known = sorted(spans)
    if not known:
        return None
    return Times(len(known), _rank(known, 0.5), _rank(known, 0.9), known[-1])


def _rank(known: Sequence[timedelta], share: float) -> timedelta:
    """The nearest rank: a span that was really measured, never one between two."""
    return known[max(math.ceil(share * len(known)), 1) - 1]


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def percent(part: float, whole: float) -> float | None:
    """Of a hundred, to one place; None of nothing."""
    return round(100 * part / whole, 1) if whole else None
