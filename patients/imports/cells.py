"""What one cell may say: text, a date, yes or no, a whole number; and what to answer when it does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from patients.domain.names import hidden_in
from patients.imports.csv_reading import Row
from patients.imports.report import Rejection, quote

T = TypeVar("T")

_YES_NO = {"yes": True, "y": True, "true": True, "1": True, "si": True, "sí": True, "s": True} | dict.fromkeys(
    ("no", "n", "false", "0"), False
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WALL_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?")
_ZONED = re.compile(r".*\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})", re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d{1,9}")
NOTHING = "--"
#: What a column of small whole numbers can hold.
LARGEST_NUMBER = 32767


class CellError(ValueError):
    """What the cell says cannot be; the message names the value."""


class Cells:
    """The cells of one row, and everything that was found wrong with them."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.errors: list[Rejection] = []

    def take(self, field: str, parse: Callable[[str], T], *, required: bool = False) -> T | None:
        """The value of a cell; None when it is blank or wrong."""
        raw = self.row.cells[field]
        if raw == NOTHING:
            # What some tools take for "clear this": said, because it would else become a name.
            self.reject(field, f"{quote(raw)} does not empty a field: leave the cell blank to keep what is there.")
            return None
        if not raw:
            if required:
                self.reject(field, "This cell may not be empty.")
            return None
        try:
            return parse(raw)
        except ValueError as error:
            self.reject(field, str(error))
            return None

    def reject(self, field: str, error: str) -> None:
        """Note that the cell cannot be taken."""
        self.errors.append(Rejection(self.row.number, field, error))


def text(longest: int) -> Callable[[str], str]:
    """Any text of up to `longest` characters; one that looks like a formula is text as well."""

    def parse(raw: str) -> str:
        if len(raw) > longest:
            raise CellError(f"{quote(raw)} has {len(raw)} characters; {longest} fit.")
        if not raw.isprintable() and (hidden := hidden_in(raw)):
            raise CellError(f"{quote(raw)} holds a character that cannot be shown ({hidden}).")
        return raw

    return parse


def yes_no(raw: str) -> bool:
    """Yes or no, as people and spreadsheets write it."""
    try:
        return _YES_NO[raw.lower()]
    except KeyError:
        raise CellError(f"{quote(raw)} is neither yes nor no.") from None


def iso_date(raw: str) -> date:
    """A day as 1957-03-28. Other ways to write it are refused: 03/04/57 is two days."""
    if not _DATE.fullmatch(raw):
        raise CellError(f"{quote(raw)} is not a date as 1957-03-28.")
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise CellError(f"There is no day {quote(raw)}.") from None


def local_time(raw: str) -> datetime:
    """A wall time as 2026-12-01T09:30, without a zone of its own."""
    if _ZONED.fullmatch(raw):
        raise CellError(f"{quote(raw)} names an offset; write the patient's local time, as 2026-12-01T09:30.")
    if not _WALL_TIME.fullmatch(raw):
        raise CellError(f"{quote(raw)} is not a local date and time as 2026-12-01T09:30.")
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        raise CellError(f"There is no date and time {quote(raw)}.") from None


def whole_number(raw: str) -> int:
    """A whole number above zero."""
    if not _WHOLE.fullmatch(raw):
        raise CellError(f"{quote(raw)} is not a whole number.")
    number = int(raw)
    if number <= 0:
        raise CellError(f"{number} is too small: it must be 1 or more.")
    if number > LARGEST_NUMBER:
        raise CellError(f"{number} is too large; {LARGEST_NUMBER} at most.")
    return number
