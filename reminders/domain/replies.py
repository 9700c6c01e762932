"""Which visits an answer is about: those that were asked about, told apart by the days and times that it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from messaging.domain import answers
from messaging.domain.answer_hints import Hints

#: "I'll be there at 9" is said of a visit at 9:30 as well.
_ABOUT_THE_HOUR = 60
_HALF_A_DAY = 12 * 60


class Answer(StrEnum):
    """What a reply to a reminder says."""

    CONFIRM = "confirm"
    MOVE = "move"


ANSWERS = {
    answers.Said.CONFIRM: Answer.CONFIRM,
    answers.Said.MOVE: Answer.MOVE,
    answers.Said.CANCEL: Answer.MOVE,
}


def read(body: str) -> Answer | None:
    """The answer in `body`: a yes only where nothing else is said. None: words for a person."""
    reading = answers.read(body)
    if reading.said is answers.Said.CONFIRM and not reading.alone:
        return None
    return ANSWERS.get(reading.said)


@dataclass(frozen=True, slots=True)
class Asked:
    """A visit as somebody speaks of it: its day and time by the patient's own calendar and clock."""

    pk: int
    on: date
    clock: time


def fitting(asked: Sequence[Asked], hints: Hints, *, today: date) -> list[Asked]:
    """Those of `asked` that `hints` speak of: all where nothing is named."""
    found = [one for one in asked if not hints.name_a_day or hints.fit_day(one.on, today=today)]
    if hints.clocks and len(found) > 1:
        exactly = [one for one in found if hints.fit_clock(one.clock)]
        return exactly or found
    return [one for one in found if _near(one.clock, hints)]


def lettered(question: Sequence[int], place: int) -> int | None:
    """The visit with a letter, from 0; -1 is the last. None: no visit has it."""
    return question[place] if -1 <= place < len(question) else None


def _near(clock: time, hints: Hints) -> bool:
    """Whether one of the times named may be that of a visit at `clock`, morning or afternoon left open."""
    minutes = clock.hour * 60 + clock.minute
    named = [(hour * 60 + (minute or 0)) for hour, minute in hints.clocks]
    apart = [abs(minutes - one) % _HALF_A_DAY for one in named]
    return not apart or any(min(one, _HALF_A_DAY - one) <= _ABOUT_THE_HOUR for one in apart)


def as_asked(pk: int, at: datetime) -> Asked:
    """A visit at `at`, which is given in the patient's own zone."""
    return Asked(pk, at.date(), at.time().replace(tzinfo=None))
