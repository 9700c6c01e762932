"""One line of time out of many: what each source found, merged, and the places at which a reader goes on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: Ids and instants of databases stay below this.
_LONGEST_NUMBER = 19


class Kind(StrEnum):
    """What an entry is about; readers choose among these."""

    VISIT = "visit"
    MESSAGE = "message"
    REPLY = "reply"
    ALERT = "alert"
    TASK = "task"
    CONSENT = "consent"
    CARE = "care"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an entry stands: its instant, then its source, then its id. No two entries stand at one place."""

    at: datetime
    rank: int = 0
    pk: int = 0

    def __str__(self) -> str:
        """As it stands in an address of a page: numbers only."""
        return f"{(self.at - _EPOCH) // _MICROSECOND}-{self.rank}-{self.pk}"

    @classmethod
    def read(cls, text: str) -> Place | None:
        """The place that `text` names; None where it names none."""
        parts = text.split("-")
        sane = [part for part in parts if part.isascii() and part.isdigit() and len(part) < _LONGEST_NUMBER]
        if len(parts) != 3 or len(sane) != 3:
            return None
        micros, rank, pk = map(int, sane)
        try:
            return cls(_EPOCH + micros * _MICROSECOND, rank, pk)
        except OverflowError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened or is to come. `words` are somebody's own, shown as they are."""

    kind: Kind
    place: Place
    title: str
    chip: str = ""  # the state, in a word
    colour: str = "info"
    notes: Sequence[str] = field(default=())
    words: str = ""
    who: str = ""
    theirs: bool = False  # said by the patient's side
    link: str = ""
    why: str = ""  # the page that tells why it was or was not sent

    @property
    def key(self) -> str:
        """Its name on the page."""
        return f"{self.kind}-{self.place.rank}-{self.place.pk}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the line, newest first, and whether there is more beyond its far end."""

    entries: Sequence[Entry]
    more: bool


def earlier(found: Iterable[Sequence[Entry]], *, most: int) -> Stretch:
    """Of what sources found before a place, the latest `most`. Each was asked for one more than `most`."""
    every = sorted((entry for entries in found for entry in entries), key=_place, reverse=True)
    return Stretch(every[:most], len(every) > most)


def later(found: Iterable[Sequence[Entry]], *, most: int) -> Stretch:
    """Of what sources found after a place, the next `most`, the farthest first."""
    every = sorted((entry for entries in found for entry in entries), key=_place)
    return Stretch(every[:most][::-1], len(every) > most)


def _place(entry: Entry) -> Place:
    return entry.place
