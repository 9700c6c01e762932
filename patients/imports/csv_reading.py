"""Reading a table that a person saved from a spreadsheet, or saying at which row it cannot be read.

Taken: UTF-8 with or without a byte order mark, UTF-16 with one; commas, semicolons or tabs; any kind of
line end; quoted cells with separators, quotes and line breaks inside; columns in any order. A file in
another encoding is refused rather than guessed at, unless its reader is told which one it is: a wrong
guess is a patient whose name is misspelt for years.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from patients.imports.report import FileRefused, Rejection, quote
from patients.imports.table import Row, header_of, name_of, row_of

__all__ = ["Row", "read_table"]

DELIMITERS = ",;\t"
_CHUNK = 1 << 20
#: Longer headers belong to no table of ours.
_LONGEST_HEADER = 1 << 16
_NOT_TEXT = {
    b"PK": "a workbook (.xlsx) or a zip archive",
    b"\x1f\x8b": "a gzip archive",
    b"\xd0\xcf\x11\xe0": "a workbook of an old kind (.xls)",
    b"%PDF": "a PDF",
    b"{\\rtf": "a text document (.rtf)",
}


def read_table(
    path: Path, columns: Sequence[str], *, encoding: str = "", with_lines: Collection[str] = ()
) -> Iterator[Row | Rejection]:
    """Every row of the file that is not blank; a row of the wrong width is a Rejection.

    `with_lines`: columns whose cells keep their line breaks.

    Raises FileRefused when it is no such table: before the first row, or at the broken one.
    """
    encoding = _readable(path, encoding)
    with path.open(encoding=encoding, newline="") as lines:
        delimiter = _delimiter(lines.read(_LONGEST_HEADER), columns)
        lines.seek(0)
        records = _records(csv.reader(lines, delimiter=delimiter, strict=True))
        number, first = next(records, (1, []))
        header = header_of(first, columns, number)
        empty = True
        for number, record in records:
            empty = False
            yield row_of(number, record, header, with_lines)
        if empty:
            raise FileRefused("There is no row under the header.", row=number)


def _readable(path: Path, encoding: str) -> str:
    """The encoding in which all of the file can be read."""
    try:
        if not path.is_file():
            raise FileRefused(f"{path.name!r} is not there, or is not a file.")
        with path.open("rb") as source:
            start = source.read(8)
        chosen = encoding or _encoding(start)
        for magic, kind in _NOT_TEXT.items():
            if start.startswith(magic):
                raise FileRefused(f"This is {kind}, not a table as text; save it as “CSV UTF-8”.")
        if not start:
            raise FileRefused("The file is empty.")
        _check_text(path, chosen)
    except LookupError as error:
        raise FileRefused(f"There is no encoding called {quote(encoding)}.") from error
    except OSError as error:
        raise FileRefused(f"{path.name!r} cannot be read: {error.strerror}.") from error
    return chosen


def _encoding(start: bytes) -> str:
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    return "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"


def _check_text(path: Path, encoding: str) -> None:
    """Look at every byte once, before anything is believed."""
    decoder = codecs.getincrementaldecoder(encoding)()
    wide = encoding.lower().startswith(("utf-16", "utf_16", "utf16"))
    line = 1
    with path.open("rb") as source:
        while True:
            chunk = source.read(_CHUNK)
            if not wide:
                _refuse_nul(chunk.decode("latin-1"), line)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                raise _undecodable(error, encoding, line) from error
            _refuse_nul(text, line)
            line += text.count("\n")
            if not chunk:
                return


def _refuse_nul(text: str, line: int) -> None:
    # Before anything is decoded: junk should be called junk, not text in some other encoding.
    if "\x00" in text:
        line += text[: text.index("\x00")].count("\n")
        raise FileRefused(f"Line {line} holds a NUL byte: this is not a table as text.", row=line)


def _undecodable(error: UnicodeError, encoding: str, line: int) -> FileRefused:
    what = f"The file is not {encoding.upper()}"
    if isinstance(error, UnicodeDecodeError):
        line += error.object[: error.start].count(b"\n")
        what = f"Byte 0x{error.object[error.start]:02X} on line {line} is not {encoding.upper()}"
    return FileRefused(f"{what}; save the file as “CSV UTF-8”, or name its encoding with --encoding cp1252.", row=line)


def _records(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Each record that holds anything, with its row: a quoted line break begins no row, a blank line is one."""
    number = 0
    try:
        for record in reader:
            number += 1
            if any(cell.strip() for cell in record):
                yield number, record
    except csv.Error as error:
        raise FileRefused(f"The row that begins here cannot be read: {error}.", row=number + 1) from error


def _delimiter(start: str, columns: Sequence[str]) -> str:
    """The one that makes most sense of the header."""

    def sense(delimiter: str) -> int:
        try:
            first = next((record for record in csv.reader(io.StringIO(start), delimiter=delimiter) if record), [])
        except csv.Error:
            return 0
        return sum(name_of(cell) in columns for cell in first)

    return max(DELIMITERS, key=sense)
