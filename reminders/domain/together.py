"""Which reminders for one phone leave as one text, which go first, and which wait: decided on values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from reminders.domain.words import Anchor, Condition

#: Words that say no more than when a visit is: what one of them says, another of the same visit says too.
PLAIN = frozenset({"visit_confirm", "visit_day_before", "visit_same_day"})
#: What is said of a visit so long before it may wait for what is nearer.
FAR = timedelta(days=7)
#: What is overdue comes after a visit that is nearer than this, and before one that is not.
_AS_NEAR_AS = timedelta(days=2)


class Side(StrEnum):
    """On which side of a visit something is said."""

    BEFORE = "before"
    OVERDUE = "overdue"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A reminder that may leave now, as far as it matters to those beside it. Instants in UTC."""

    id: int
    patient_id: int
    visit_id: int
    visit_at: datetime
    visit_day: date  # by the patient's calendar
    side: Side
    template: str
    send_at: datetime
    asks: bool = False  # for a confirmation
    later: bool = False  # due only later today


@dataclass(frozen=True, slots=True)
class Text:
    """One text: the reminders whose words it says (several: visits of one day), and those that it makes needless."""

    speaks: tuple[Due, ...]
    said: tuple[Due, ...] = ()

    @property
    def all(self) -> tuple[Due, ...]:
        """Everything that is settled with it."""
        return self.speaks + self.said

    @property
    def asks(self) -> bool:
        """Whether it asks for a confirmation."""
        return any(due.asks for due in self.speaks)

    @property
    def later(self) -> bool:
        """Whether nothing of it is due yet."""
        return all(due.later for due in self.all)

    @property
    def yields(self) -> bool:
        """Whether it gives way to what is nearer: it is said long before its visit."""
        return all(due.side is Side.BEFORE and due.visit_at - due.send_at > FAR for due in self.speaks)


@dataclass(frozen=True, slots=True)
class Sorted:
    """What leaves a phone's turn today, in this order, and what waits."""

    leave: tuple[Text, ...]
    wait: tuple[Text, ...]


def side_of(anchor: Anchor, condition: Condition) -> Side:
    """On which side of its visit a rung speaks."""
    if condition is Condition.GIVEN:
        return Side.AFTER
    return Side.OVERDUE if anchor is Anchor.OVERDUE else Side.BEFORE


def texts(dues: Sequence[Due]) -> list[Text]:
    """Reminders for one phone as texts: none is lost, each is in exactly one, and none speaks of two patients."""
    visits = list(_days(_rungs(dues)))
    return sorted(visits, key=_urgency)


def sort(dues: Sequence[Due], *, room: int, yielding: int) -> Sorted:
    """What of `dues`, all for one phone, leaves now: at most `room` texts, of those that give way `yielding` at most.

    What is due later today is drawn in where the day has no room for a text of its own, and keeps its place before
    what gives way; where it is not drawn in, it is in neither list.
    """
    now = [due for due in dues if not due.later]
    apart = texts(now)
    if len(apart) < len(now) or len(dues) > len(now):
        later = texts([due for due in dues if due.later])
        if len(apart) + len(later) > room:
            apart = texts(dues)
    kept = sum(text.later and not text.yields for text in apart)
    leave: list[Text] = []
    wait: list[Text] = []
    for text in (text for text in apart if not text.later):
        taken = len(leave)
        fits = taken < min(yielding, room - kept) if text.yields else taken < room
        (leave if fits else wait).append(text)
    return Sorted(tuple(leave), tuple(_due_only(wait)))


def _due_only(wait: Sequence[Text]) -> Iterator[Text]:
    """What waits waits alone: what is due later today has its own time."""
    for text in wait:
        speaks = tuple(due for due in text.speaks if not due.later)
        said = tuple(due for due in text.said if not due.later)
        yield replace(text, speaks=speaks or said, said=said if speaks else ())


def _rungs(dues: Sequence[Due]) -> Iterator[Text]:
    """What says the same of one visit as one text: the one that asks speaks, else the nearest to its visit."""
    same: dict[tuple[object, ...], list[Due]] = defaultdict(list)
    for due in sorted(dues, key=lambda due: (not due.asks, -due.send_at.timestamp(), due.id)):
        same[_says(due)].append(due)
    for first, *others in same.values():
        yield Text((first,), tuple(others))


def _says(due: Due) -> tuple[object, ...]:
    """What two have in common of which one is enough."""
    if due.side is Side.OVERDUE:
        return due.patient_id, due.side, due.visit_id
    if due.side is Side.AFTER:
        # "How are you?" is asked once, whatever was done that day.
        return due.patient_id, due.side, due.template
    return due.patient_id, due.side, due.visit_id, "" if due.template in PLAIN else due.template


def _days(rungs: Iterator[Text]) -> Iterator[Text]:
    """Several visits of one day that are only to be named, as one text."""
    days: dict[tuple[int, date], list[Text]] = defaultdict(list)
    for text in rungs:
        (due,) = text.speaks
        if due.side is Side.BEFORE and due.template in PLAIN:
            days[due.patient_id, due.visit_day].append(text)
        else:
            yield text
    for same in days.values():
        speaks = sorted((due for text in same for due in text.speaks), key=lambda due: (due.visit_at, due.id))
        yield Text(tuple(speaks), tuple(due for text in same for due in text.said))


def _urgency(text: Text) -> tuple[bool, bool, timedelta, int]:
    """The nearest to a visit, or overdue, first; what gives way last."""
    side, first = text.speaks[0].side, text.speaks[0].id
    distance = min(due.visit_at - due.send_at for due in text.speaks) if side is Side.BEFORE else _AS_NEAR_AS
    return text.yields, side is Side.AFTER, distance, first
