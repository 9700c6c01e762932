"""What an import answers: how many rows did what, and which were refused at which row and field."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

#: A refused value is quoted up to this length.
LONGEST_QUOTE = 60


class Outcome(StrEnum):
    """What became of a row that was not refused."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Rejection:
    """One refused cell. `row` as a spreadsheet shows it: the header is row 1; 0 speaks of the whole file."""

    row: int
    field: str
    error: str


class FileRefused(Exception):
    """The file as a whole cannot be taken; nothing of it is."""

    def __init__(self, error: str, *, field: str = "file", row: int = 0) -> None:
        super().__init__(error)
        self.rejection = Rejection(row, field, error)


@dataclass(slots=True)
class Report:
    """The answer of an import. The counts tell what was stored: where nothing was, they are 0."""

    rejected: list[Rejection] = field(default_factory=list)
    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))

    def as_dict(self) -> dict[str, Any]:
        """As the command prints it; the rejected in the order of the file."""
        in_order = sorted(self.rejected, key=lambda rejection: rejection.row)
        return {
            **{outcome.value: count for outcome, count in self.counts.items()},
            "rejected": [{"row": each.row, "field": each.field, "error": each.error} for each in in_order],
        }


def quote(value: str) -> str:
    """`value` as an error names it: quoted, and cut where it is endless."""
    return repr(value if len(value) <= LONGEST_QUOTE else value[:LONGEST_QUOTE] + "…")
