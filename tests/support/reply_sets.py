"""Labelled answers about visits (tests/data/replies): what each says, and how well they are read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from messaging.domain.answers import Reading, Said, read

FOLDER = Path(__file__).parents[1] / "data" / "replies"
#: What follows from each label: a yes, a wish that a coordinator call, or neither.
INTENT = {
    "confirm": "confirm",
    "confirm_and_more": "confirm",
    "all": "confirm",
    "move": "move",
    "cancel": "move",
    "thanks": "none",
    "choice": "none",
    "other": "none",
}
_OF_READING = {Said.CONFIRM: "confirm", Said.MOVE: "move", Said.CANCEL: "move"}


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text and what its writer meant."""

    id: str
    text: str
    says: str


@cache
def texts(name: str) -> tuple[Labelled, ...]:
    """The set of that name."""
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(Labelled(**json.loads(line)) for line in lines)


def intent(reading: Reading) -> str:
    """What would follow from a reading."""
    return _OF_READING.get(reading.said, "none")


def accuracy(name: str) -> float:
    """The share of a set whose intent is read rightly."""
    rows = texts(name)
    return sum(intent(read(row.text)) == INTENT[row.says] for row in rows) / len(rows)


def wrong_yes(name: str) -> list[str]:
    """Ids of texts that are no yes, and were read as one."""
    return [r.id for r in texts(name) if INTENT[r.says] != "confirm" and intent(read(r.text)) == "confirm"]
