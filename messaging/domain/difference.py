"""What changed from one text to the next, word by word."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What became of some words."""

    SAME = "same"
    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words next to each other of which the same is true."""

    kind: Kind
    words: str


def difference(before: str, after: str) -> list[Piece]:
    """The words of both texts in order: those that stayed, those struck, those added."""
    old, new = before.split(), after.split()
    found = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece(Kind.SAME, " ".join(old[a:b])))
            continue
        if a < b:
            found.append(Piece(Kind.OUT, " ".join(old[a:b])))
        if c < d:
            found.append(Piece(Kind.IN, " ".join(new[c:d])))
    return found
