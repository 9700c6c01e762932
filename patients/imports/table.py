"""A table however it came (text or workbook): its header, its rows, its cells, and cells that look like formulas."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from patients.imports.report import FileRefused, Rejection, quote

#: What a spreadsheet computes, or what was escaped because of that: an apostrophe before it is written twice.
_COMPUTED = re.compile(r"'*[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row under the header. Cells are trimmed, and a line break inside is one blank."""

    number: int
    cells: dict[str, str]


def name_of(cell: str) -> str:
    """A column as we call it, however its header is written."""
    return "_".join(cell.replace("-", " ").replace("_", " ").lower().split())


def header_of(record: list[str], columns: Sequence[str], row: int) -> list[str]:
    """The names of the columns in the file's order; all of `columns`, each once, and no other."""
    names = [name_of(cell) for cell in record]
    while names and not names[-1]:
        names.pop()
    problems = (
        ("missing", [name for name in columns if name not in names]),
        ("unknown", sorted({name for name in names if name not in columns})),
        ("doubled", sorted({name for name in names if names.count(name) > 1})),
    )
    if any(found for _, found in problems):
        said = "; ".join(f"{word}: {', '.join(quote(n) for n in found[:20])}" for word, found in problems if found)
        raise FileRefused(f"Wrong header ({said}). Expected: {', '.join(columns)}.", field="header", row=row)
    return names


def row_of(number: int, record: list[str], header: list[str], with_lines: Collection[str] = ()) -> Row | Rejection:
    """One record under its header. One of another width is a Rejection."""
    cells = [plain(cell) for cell in record]
    while len(cells) > len(header) and not cells[-1]:
        cells.pop()
    if len(cells) != len(header):
        field = header[len(cells)] if len(cells) < len(header) else header[-1]
        return Rejection(number, field, f"The row has {len(cells)} cells, the header has {len(header)}.")
    for place, name in enumerate(header):
        if name in with_lines:
            cells[place] = lines(record[place])
    return Row(number, dict(zip(header, cells, strict=True)))


def plain(raw: str) -> str:
    """A cell as it is judged: in one line, composed, without the mark that keeps a spreadsheet from computing it."""
    if raw[:1] == "'":
        raw = unescaped(raw)
    text = " ".join(raw.split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def lines(raw: str) -> str:
    """The same with its line breaks, each as one character."""
    text = unescaped(raw).replace("\r\n", "\n").replace("\r", "\n").strip()
    return unicodedata.normalize("NFC", text)


def escaped(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: where it could, an apostrophe is put before it."""
    return f"'{text}" if _COMPUTED.match(text) else text


def unescaped(text: str) -> str:
    """What was written before it was escaped."""
    return text[1:] if text.startswith("'") and _COMPUTED.match(text[1:]) else text
