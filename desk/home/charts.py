"""Twelve weeks in pictures: visits kept and missed, confirmations and their lead, what arrived by which way."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from desk import figures
from desk.domain.figures import monday_of, percent
from desk.models import DayFigures
from messaging.domain import wall_time
from patients.models import Clinic

WEEKS = 12
#: Two colours that are told apart in light and dark, and by those who see red and green alike.
FIRST, SECOND = "#0f766e", "#ea580c"


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture: what it shows, as a chart's data, and the same as a table."""

    title: str
    kind: str  # bar or line
    data: str
    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Charts:
    """All of them, and as of when."""

    charts: Sequence[Chart]
    taken_at: datetime | None


def read(clinics: Sequence[Clinic], *, now: datetime) -> Charts:
    """The last twelve weeks of these clinics, this one included."""
    if not clinics:
        return Charts((), None)
    today = wall_time.local_date(now, clinics[0].zone)
    first = monday_of(today) - timedelta(weeks=WEEKS - 1)
    weeks = [first + timedelta(weeks=n) for n in range(WEEKS)]
    sums = {week: _Week() for week in weeks}
    taken: datetime | None = None
    for day in figures.of_clinics([clinic.pk for clinic in clinics], since=first):
        if monday_of(day.on) in sums:
            sums[monday_of(day.on)].add(day)
            taken = min(taken or day.taken_at, day.taken_at) if day.on == today else taken or day.taken_at
    if taken is None:
        return Charts((), None)
    return Charts([_kept(sums), _confirmed(sums), _lead(sums), _arrived(sums)], taken)


class _Week:
    """The days of one week put together."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = {}

    def add(self, day: DayFigures) -> None:
        for name in figures.SUMMED:
            self.sums[name] = self.sums.get(name, 0) + getattr(day, name)

    def __getitem__(self, name: str) -> float:
        return self.sums.get(name, 0)


def _kept(weeks: dict[date, _Week]) -> Chart:
    lines = {
        _("Kept"): [week["kept"] for week in weeks.values()],
        _("Missed"): [week["missed"] for week in weeks.values()],
    }
    return _chart(_("Visits kept and missed, by week"), "bar", weeks, lines)


def _confirmed(weeks: dict[date, _Week]) -> Chart:
    share = [percent(week["confirmed"], week["visits"]) for week in weeks.values()]
    return _chart(_("Visits confirmed beforehand, of a hundred"), "line", weeks, {_("Confirmed"): share})


def _lead(weeks: dict[date, _Week]) -> Chart:
    hours = [round(week["lead_hours"] / week["confirmed"]) if week["confirmed"] else None for week in weeks.values()]
    return _chart(_("Hours from confirmation to visit, on average"), "line", weeks, {_("Hours"): hours})


def _arrived(weeks: dict[date, _Week]) -> Chart:
    ways = (("texts", _("Texts")), ("mails", _("E-mails")))
    lines = {
        words: [
            percent(week[f"{way}_arrived"], week[f"{way}_arrived"] + week[f"{way}_lost"]) for week in weeks.values()
        ]
        for way, words in ways
    }
    return _chart(_("Messages that arrived, of a hundred, by channel"), "line", weeks, lines)


def _chart(title: str, kind: str, weeks: dict[date, _Week], lines: Mapping[str, Sequence[Any]]) -> Chart:
    labels = [date_format(week, "j M") for week in weeks]
    data = {
        "labels": labels,
        "datasets": [
            {"label": name, "data": list(values), "backgroundColor": colour, "borderColor": colour}
            for (name, values), colour in zip(lines.items(), (FIRST, SECOND), strict=False)
        ],
    }
    rows = [
        (label, ["–" if values[n] is None else f"{values[n]:g}" for values in lines.values()])
        for n, label in enumerate(labels)
    ]
    return Chart(title, kind, json.dumps(data), [_("Week of"), *lines], rows)
