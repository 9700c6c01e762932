"""Who is on call when, and why: claims beneath, overrides and swaps on top, and never two holders at one instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from alerts.domain.rota_claims import Claim, Rotation, Single, of_rotation, of_single
from alerts.domain.rota_words import Why

#: How far around an instant a shift is looked for; the last one is longer than any turn may be.
_REACH = tuple(timedelta(days=days) for days in (2, 16, 128, 1024))


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to, not including, `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """An override: `person` holds exactly this span, whoever held it, and also where nobody did."""

    id: int
    person: int
    span: Span
    why: Why = Why.OVERRIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A swap: within its two spans each of the two stands where the other stood. Done twice, it was never done."""

    id: int
    one: int
    two: int
    spans: tuple[Span, Span]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """Everything that decides who is on call. Overlays lie in the order in which they were made."""

    zone: ZoneInfo
    rotations: tuple[Rotation, ...] = ()
    singles: tuple[Single, ...] = ()
    overlays: tuple[Cover | Trade, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Somebody on call, and what put her there: `source` is the id of the rotation, single shift or override."""

    person: int
    start: datetime
    end: datetime
    why: Why
    source: int
    began: datetime  # where the turn or override begins of which this is a part; tells two turns apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Two or more people who each have reason to think that it is their shift; the first one holds it."""

    start: datetime
    end: datetime
    people: tuple[int, ...]


def on_call(rota: Rota, at: datetime) -> Shift | None:
    """Who is on call at `at`, since and until when, and why; None in a gap."""
    at = _utc(at)
    found: Shift | None = None
    for reach in _REACH:
        start, end = at - reach, at + reach
        found = next((shift for shift in shifts(rota, start, end) if shift.start <= at < shift.end), None)
        if found is None or (start < found.start and found.end < end):
            return found
    return found


def shifts(rota: Rota, start: datetime, end: datetime) -> list[Shift]:
    """Every shift within the two instants, cut to them, in order; where none is, there is a gap."""
    start, end = _utc(start), _utc(end)
    found = _base(rota, start, end)
    for overlay in rota.overlays:
        found = _covered(found, overlay, start, end) if isinstance(overlay, Cover) else _traded(found, overlay)
    return _joined(sorted(found, key=lambda shift: shift.start))


def gaps(rota: Rota, start: datetime, end: datetime) -> list[Span]:
    """Where nobody is on call."""
    found = []
    reached, end = _utc(start), _utc(end)
    for shift in shifts(rota, start, end):
        if shift.start > reached:
            found.append(Span(reached, shift.start))
        reached = shift.end
    return [*found, Span(reached, end)] if reached < end else found


def overlaps(rota: Rota, start: datetime, end: datetime) -> list[Overlap]:
    """Where two people claim the same time by rotation or single shift, and no override has settled it."""
    start, end = _utc(start), _utc(end)
    found: list[Overlap] = []
    covers = [overlay.span for overlay in rota.overlays if isinstance(overlay, Cover)]
    for piece, standing in _pieces(_claims(rota, start, end), start, end, covers):
        people = tuple(dict.fromkeys(claim.person for claim in standing))
        if len(people) < 2 or any(cover.start <= piece.start and piece.end <= cover.end for cover in covers):
            continue
        if found and found[-1].end == piece.start and found[-1].people == people:
            found[-1] = replace(found[-1], end=piece.end)
        else:
            found.append(Overlap(start=piece.start, end=piece.end, people=people))
    return found


def successors(rota: Rota, shift: Shift) -> list[int]:
    """Who comes next, in order: those after her in her rotation, then everybody else of the rota."""
    own = [rotation for rotation in rota.rotations if shift.person in rotation.members]
    own.sort(key=lambda rotation: (rotation.id != shift.source, rotation.rank, rotation.id))
    order: list[int] = []
    for rotation in own:
        place = rotation.members.index(shift.person)
        order += [*rotation.members[place + 1 :], *rotation.members[:place]]
    order += [person for person in people(rota) if person not in order]
    return [person for person in dict.fromkeys(order) if person != shift.person]


def people(rota: Rota) -> list[int]:
    """Everybody of the rota: members of rotations first, then whoever has single shifts."""
    ranked = sorted(rota.rotations, key=lambda rotation: (rotation.rank, rotation.id))
    members = [person for rotation in ranked for person in rotation.members]
    return list(dict.fromkeys([*members, *(single.person for single in rota.singles)]))


def _base(rota: Rota, start: datetime, end: datetime) -> list[Shift]:
    """The claims without overlays: at each instant the one of the lowest rank."""
    return [
        Shift(
            person=standing[0].person,
            start=piece.start,
            end=piece.end,
            why=standing[0].why,
            source=standing[0].source,
            began=standing[0].start,
        )
        for piece, standing in _pieces(_claims(rota, start, end), start, end)
        if standing
    ]


def _claims(rota: Rota, start: datetime, end: datetime) -> list[Claim]:
    found = [of_single(single) for single in rota.singles if single.start < end and single.end > start]
    for rotation in rota.rotations:
        found += of_rotation(rotation, rota.zone, start, end)
    return sorted(found, key=lambda claim: claim.rank)


def _pieces(
    claims: Sequence[Claim], start: datetime, end: datetime, cuts: Sequence[Span] = ()
) -> Iterator[tuple[Span, list[Claim]]]:
    """Time cut wherever a claim (or one of `cuts`) begins or ends; with each piece the claims upon it, best first."""
    spans = [*cuts, *(Span(claim.start, claim.end) for claim in claims)]
    edges = {moment for span in spans for moment in (span.start, span.end) if start < moment < end}
    for began, ended in pairwise(sorted({start, end, *edges})):
        yield Span(began, ended), [claim for claim in claims if claim.start <= began and ended <= claim.end]


def _covered(found: Sequence[Shift], cover: Cover, start: datetime, end: datetime) -> list[Shift]:
    span = Span(max(cover.span.start, start), min(cover.span.end, end))
    if span.start >= span.end:
        return list(found)
    rest = [piece for shift in found for piece, inside in _cut(shift, (span,)) if not inside]
    began = cover.span.start
    return [
        *rest,
        Shift(person=cover.person, start=span.start, end=span.end, why=cover.why, source=cover.id, began=began),
    ]


def _traded(found: Sequence[Shift], trade: Trade) -> list[Shift]:
    partner = {trade.one: trade.two, trade.two: trade.one}
    return [
        replace(piece, person=partner[piece.person], why=Why.SWAP, source=trade.id)
        if inside and piece.person in partner
        else piece
        for shift in found
        for piece, inside in _cut(shift, trade.spans)
    ]


def _cut(shift: Shift, spans: Sequence[Span]) -> Iterator[tuple[Shift, bool]]:
    """The shift cut at the edges of `spans`; with each piece whether it lies within one of them."""
    edges = {moment for span in spans for moment in (span.start, span.end) if shift.start < moment < shift.end}
    for start, end in pairwise(sorted({shift.start, shift.end, *edges})):
        yield replace(shift, start=start, end=end), any(span.start <= start and end <= span.end for span in spans)


def _joined(found: Sequence[Shift]) -> list[Shift]:
    """Pieces of one shift that touch, made whole again."""
    whole: list[Shift] = []
    for shift in found:
        last = whole[-1] if whole else None
        if last and last.end == shift.start and replace(last, start=shift.start, end=shift.end) == shift:
            whole[-1] = replace(last, end=shift.end)
        else:
            whole.append(shift)
    return whole


def _utc(moment: datetime) -> datetime:
    # Sums and comparisons of moments in one zone would go by its wall clock.
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC)
