"""What a change to a rule, a treatment or a schedule would add, move and take away: counted, and with examples."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What becomes of a message or a visit."""

    ADDED = "added"
    MOVED = "moved"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message (of a rule, over a channel) or one visit (`rule` empty) of a patient. Instants in UTC."""

    patient: int
    schedule: int
    visit: int  # its number in the schedule
    rule: str = ""
    channel: str = ""
    was: datetime | None = None
    becomes: datetime | None = None
    segments: int = 0  # what it is billed as, where it is a text

    @property
    def kind(self) -> Kind:
        """Added, moved or removed."""
        if self.was is None:
            return Kind.ADDED
        return Kind.REMOVED if self.becomes is None else Kind.MOVED

    @property
    def when(self) -> datetime:
        """The first of its moments."""
        moments = [moment for moment in (self.was, self.becomes) if moment is not None]
        return min(moments)


def paired(lines: Iterable[Line]) -> list[Line]:
    """What is taken away here and added there, of the same rung and visit, is moved; what stays is left out."""
    gone: dict[tuple[int, int, str, str], list[Line]] = defaultdict(list)
    come: dict[tuple[int, int, str, str], list[Line]] = defaultdict(list)
    for line in lines:
        (come if line.was is None else gone)[line.schedule, line.visit, line.rule, line.channel].append(line)
    found: list[Line] = []
    for key in {**gone, **come}:
        before, after = sorted(gone[key], key=_moment), sorted(come[key], key=_moment)
        for old, new in zip(before, after, strict=False):
            if old.was != new.becomes:
                found.append(_moved(old, new))
        found += before[len(after) :] + after[len(before) :]
    return sorted(found, key=lambda line: (line.when, line.patient, line.visit, line.rule, line.channel))


def _moved(old: Line, new: Line) -> Line:
    return Line(
        patient=old.patient,
        schedule=old.schedule,
        visit=old.visit,
        rule=old.rule,
        channel=old.channel,
        was=old.was,
        becomes=new.becomes,
        segments=new.segments,
    )


@dataclass(frozen=True, slots=True)
class Forecast:
    """Every change within the days that were looked at. `share`: which part of the schedules was looked at."""

    messages: Sequence[Line]
    visits: Sequence[Line] = ()
    schedules: int = 0
    share: float = 1.0

    @property
    def changes_nothing(self) -> bool:
        """Whether nobody would get anything else than before."""
        return not self.messages and not self.visits

    def count(self, kind: Kind, channel: str = "") -> int:
        """How many messages, over `channel` where one is named; an estimate where only a share was looked at."""
        return self._whole(sum(line.kind is kind and channel in ("", line.channel) for line in self.messages))

    def visits_of(self, kind: Kind) -> int:
        """How many visits."""
        return self._whole(sum(line.kind is kind for line in self.visits))

    @property
    def segments(self) -> int:
        """How many parts of texts more (or fewer, below zero) the carrier will bill."""
        signs = {Kind.ADDED: 1, Kind.MOVED: 0, Kind.REMOVED: -1}
        return self._whole(sum(signs[line.kind] * line.segments for line in self.messages))

    @property
    def affected(self) -> int:
        """How many patients."""
        return self._whole(len({line.patient for line in (*self.messages, *self.visits)}))

    def _whole(self, seen: int) -> int:
        return round(seen / self.share) if self.share else seen

    def fingerprint(self) -> str:
        """Says whether two forecasts are the same: what was shown is what is done."""
        digest = hashlib.sha256()
        for line in (*self.messages, *self.visits):
            parts = (line.schedule, line.visit, line.rule, line.channel, _text(line.was), _text(line.becomes))
            digest.update(repr(parts).encode())
        return digest.hexdigest()[:32]

    def examples(self, patients: int, lines: int) -> list[tuple[int, list[Line]]]:
        """Up to so many patients, those with most to change first, each with the first of their changes."""
        by_patient: dict[int, list[Line]] = defaultdict(list)
        for line in self.messages:
            by_patient[line.patient].append(line)
        for line in self.visits:
            by_patient[line.patient].append(line)
        most = sorted(by_patient, key=lambda patient: (-len(by_patient[patient]), patient))[:patients]
        return [(patient, sorted(by_patient[patient], key=lambda line: line.when)[:lines]) for patient in most]


def _moment(line: Line) -> datetime:
    return line.when


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
