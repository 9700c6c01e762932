"""Reading a table from the first sheet of a workbook (.xlsx): its cells as the text file of the same table has them."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from patients.imports.report import FileRefused, Rejection
from patients.imports.table import Row, header_of, row_of

MAGIC = b"PK"
#: A workbook is an archive, and a small one may unpack to more than any machine holds.
LARGEST_UNPACKED = 512 * 1024 * 1024
_UNREADABLE = (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, IndexError, AttributeError, SyntaxError)


def is_workbook(path: Path) -> bool:
    """Whether the file is an archive, as workbooks are."""
    with path.open("rb") as source:
        return source.read(2) == MAGIC


def read_workbook(path: Path, columns: Sequence[str], *, with_lines: Collection[str] = ()) -> Iterator[Row | Rejection]:
    """Every row that is not blank; one with a formula in it, or of the wrong width, is a Rejection.

    Raises FileRefused when it is no such table.
    """
    _refuse_bombs(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except _UNREADABLE as error:
        raise FileRefused(
            "This workbook cannot be read; save it as “Excel workbook (.xlsx)” or “CSV UTF-8”."
        ) from error
    try:
        yield from _rows(book, columns, with_lines)
    finally:
        book.close()


def _rows(book: Any, columns: Sequence[str], with_lines: Collection[str]) -> Iterator[Row | Rejection]:
    if not book.worksheets:
        raise FileRefused("There is no sheet in this workbook.")
    sheet = book.worksheets[0]
    # What the file says of its own size may be wrong, and then rows would be missing.
    sheet.reset_dimensions()
    header: list[str] = []
    empty = True
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        record = [_text(cell.value) for cell in cells]
        while record and not record[-1].strip():
            record.pop()
        if not record:
            continue
        if not header:
            header = header_of(record, columns, number)
            continue
        empty = False
        formula = next((place for place, cell in enumerate(cells) if cell.data_type == "f"), None)
        if formula is not None:
            field = header[formula] if formula < len(header) else header[-1]
            yield Rejection(number, field, "The cell holds a formula; paste its value instead.")
            continue
        # A sheet does not store the empty cells at the end of a row.
        record += [""] * (len(header) - len(record))
        yield row_of(number, record, header, with_lines)
    if not header:
        raise FileRefused("The sheet is empty.")
    if empty:
        raise FileRefused("There is no row under the header.", row=1)


def _text(value: Any) -> str:
    """A cell's value as text: dates as 1957-03-28, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _refuse_bombs(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            names = {entry.filename for entry in archive.infolist()}
    except _UNREADABLE as error:
        raise FileRefused("This is an archive that cannot be read, not a workbook.") from error
    if "xl/workbook.xml" not in names:
        raise FileRefused("This is a zip archive, not a workbook (.xlsx).")
    if unpacked > LARGEST_UNPACKED:
        raise FileRefused("This workbook is larger than any table of ours; save it as “CSV UTF-8”.")
