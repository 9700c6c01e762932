"""The calendar of rotas as things to draw: weeks, days, a lane for each role, bars as wide as their time is long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from alerts.domain import rota as pure
from alerts.domain.rota_words import Why
from alerts.models import Responder, Rota
from messaging.domain import wall_time

DAY = timedelta(days=1)
#: Bars narrower than that hold no words, only a title (percent of a week: about five hours).
NARROW = 3.0
_MARKS = {Why.OVERRIDE: "bw-by-hand", Why.SWAP: "bw-by-hand", Why.READINESS: "bw-by-product", Why.SHIFT: "bw-single"}
_WHY = {
    Why.ROTATION: lazy("by rotation"),
    Why.SHIFT: lazy("single shift"),
    Why.OVERRIDE: "override",
    Why.SWAP: "swap",
    Why.READINESS: lazy("put on because somebody was not ready"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stretch of a lane: percent of the week from its left edge, and how wide."""

    left: float
    width: float
    kind: str
    words: str = ""
    times: str = ""
    title: str = ""
    href: str = ""
    hue: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One role in one week."""

    label: str
    bars: list[Bar]
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Seven days with their lanes; `now` is where the present moment stands, if it does."""

    title: str
    days: list[Bar]
    lanes: list[Lane]
    now: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A lane's content before it is cut into weeks."""

    rota: Rota
    shifts: Sequence[pure.Shift]
    gaps: Sequence[pure.Span] = ()
    overlaps: Sequence[pure.Overlap] = ()
    names: Mapping[int, Responder] = field(default_factory=dict)
    clickable: bool = True


def week(monday: date, zone: ZoneInfo, drawn: Iterable[Drawn], *, now: datetime) -> Week:
    """One week from its Monday on. A night of a clock change is as wide as it is long."""
    start, end = wall_time.at(monday, time(0), zone), wall_time.at(monday + 7 * DAY, time(0), zone)
    scale = _scale(start, end)
    days = []
    for number in range(7):
        day = monday + number * DAY
        left = scale(wall_time.at(day, time(0), zone))
        right = scale(wall_time.at(day + DAY, time(0), zone))
        kind = "today" if day == wall_time.local_date(now, zone) else "day"
        days.append(Bar(left=left, width=right - left, kind=kind, words=date_format(day, "D j M")))
    return Week(
        title=f"{date_format(monday, 'j M')} – {date_format(monday + 6 * DAY, 'j M Y')}",
        days=days,
        lanes=[lane(each, start, end) for each in drawn],
        now=scale(now) if start <= now < end else None,
    )


def lane(drawn: Drawn, start: datetime, end: datetime) -> Lane:
    """What stands in one lane between two instants."""
    scale = _scale(start, end)
    bars = [_shift_bar(drawn, shift, scale) for shift in drawn.shifts if shift.start < end and shift.end > start]
    bars += [_gap_bar(drawn, gap, scale) for gap in drawn.gaps if gap.start < end and gap.end > start]
    bars += [_overlap_bar(drawn, each, scale) for each in drawn.overlaps if each.start < end and each.end > start]
    return Lane(
        label=str(drawn.rota.get_role_display()).capitalize(),
        bars=bars,
        href=reverse("admin:alerts_rota_change", args=[drawn.rota.pk]),
    )


def hue(person_id: int) -> int:
    """A colour of one's own: neighbours in the list of people are far apart on the circle."""
    return int(person_id * 137.508) % 360


def span_words(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """`Tue 9 Jun 19:00 – Wed 10 Jun 07:00`; the second day only where it is another."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    until = f"{last:%H:%M}" if first.date() == last.date() else date_format(last, "D j M H:i")
    return f"{date_format(first, 'D j M H:i')} – {until}"


def cover_link(rota: Rota, start: datetime, end: datetime) -> str:
    """Where somebody is put on for a span."""
    query = urlencode({"start": start.isoformat(), "end": end.isoformat()})
    return f"{reverse('admin:alerts_rota_cover', args=[rota.pk])}?{query}"


def _scale(start: datetime, end: datetime) -> Callable[[datetime], float]:
    whole = (end - start).total_seconds()

    def place(at: datetime) -> float:
        return round(100 * (min(max(at, start), end) - start).total_seconds() / whole, 3)

    return place


def _shift_bar(drawn: Drawn, shift: pure.Shift, scale: Callable[[datetime], float]) -> Bar:
    zone = drawn.rota.zone
    name = str(drawn.names.get(shift.person, shift.person))
    left, right = scale(shift.start), scale(shift.end)
    first, last = shift.start.astimezone(zone), shift.end.astimezone(zone)
    return Bar(
        left=left,
        width=right - left,
        kind=_MARKS.get(shift.why, "bw-turn"),
        words=_fitting(name, right - left),
        times=f"{first:%H:%M}–{last:%H:%M}" if right - left >= 4 * NARROW else "",
        title=f"{name}, {span_words(shift.start, shift.end, zone)} ({_WHY[shift.why]})",
        href=cover_link(drawn.rota, shift.start, shift.end) if drawn.clickable else "",
        hue=hue(shift.person),
    )


def _fitting(name: str, width: float) -> str:
    """As much of a name as there is room for: all of it, its last word, nothing."""
    if width >= 4 * NARROW:
        return name
    return name.split()[-1] if width >= NARROW else ""


def _gap_bar(drawn: Drawn, gap: pure.Span, scale: Callable[[datetime], float]) -> Bar:
    left, right = scale(gap.start), scale(gap.end)
    return Bar(
        left=left,
        width=right - left,
        kind="bw-gap",
        words=_("Nobody") if right - left >= NARROW else "",
        title=_("Nobody, %(span_words)s") % {"span_words": span_words(gap.start, gap.end, drawn.rota.zone)},
        href=cover_link(drawn.rota, gap.start, gap.end) if drawn.clickable else "",
    )


def _overlap_bar(drawn: Drawn, overlap: pure.Overlap, scale: Callable[[datetime], float]) -> Bar:
    left, right = scale(overlap.start), scale(overlap.end)
    people = " and ".join(str(drawn.names.get(pk, pk)) for pk in overlap.people)
    return Bar(
        left=left,
        width=right - left,
        kind="bw-overlap",
        title=_("Two at once: %(people)s, %(span_words)s")
        % {"people": people, "span_words": span_words(overlap.start, overlap.end, drawn.rota.zone)},
        href=cover_link(drawn.rota, overlap.start, overlap.end) if drawn.clickable else "",
    )
