"""Tables out of spreadsheets: what is read, and what is refused at which row."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.imports.csv_reading import Row, read_table
from patients.imports.report import FileRefused, Rejection

COLUMNS = ("mrn", "given_name", "phone")
PLAIN = "mrn,given_name,phone\nA1,Ann,+12025550123\n"
EXPECTED = [Row(2, {"mrn": "A1", "given_name": "Ann", "phone": "+12025550123"})]


def read(folder: Path, content: str | bytes, *, encoding: str = "") -> list[Row | Rejection]:
    path = folder / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_table(path, COLUMNS, encoding=encoding))


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        b"\xfe\xff" + PLAIN.encode("utf-16-be"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.rstrip("\n").encode(),
        b" MRN , Given Name,PHONE\nA1, Ann ,+12025550123\n",
        b"mrn,given-name,phone,,\nA1,Ann,+12025550123,,\n",
        b'"mrn","given_name","phone"\n"A1","Ann","+12025550123"\n',
        b"given_name,phone,mrn\nAnn,+12025550123,A1\n",
    ],
    ids=[
        "plain", "bom", "utf-16-le", "utf-16-be", "semicolons", "tabs", "crlf", "cr", "no-last-line-end",
        "header-in-capitals", "trailing-separators", "all-quoted", "other-order",
    ],
)  # fmt: skip
def test_every_common_kind_of_file_reads_the_same(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, content) == EXPECTED


def test_quotes_separators_and_line_breaks_inside_a_cell_are_text(tmp_path: Path) -> None:
    rows = read(tmp_path, 'mrn,given_name,phone\nA1,"O""Brien, Ann\nMaria",1\nA2,B,2\n')
    assert rows == [
        Row(2, {"mrn": "A1", "given_name": 'O"Brien, Ann Maria', "phone": "1"}),
        # The row that a spreadsheet shows, not the line in the file.
        Row(3, {"mrn": "A2", "given_name": "B", "phone": "2"}),
    ]


def test_blank_rows_are_skipped_but_counted(tmp_path: Path) -> None:
    rows = read(tmp_path, "mrn,given_name,phone\n\nA1,Ann,1\n,,\n   \nA2,Bea,2\n")
    assert [row.number for row in rows if isinstance(row, Row)] == [3, 6]


def test_a_formula_is_text(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "mrn,given_name,phone\nA1,=cmd|' /C calc'!A0,@SUM(1)\n")
    assert isinstance(row, Row)
    assert row.cells["given_name"] == "=cmd|' /C calc'!A0"


def test_letters_with_accents_are_one_however_they_are_composed(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "mrn,given_name,phone\nA1,Jose\u0301,1\n")
    assert isinstance(row, Row)
    assert row.cells["given_name"] == "José"


@pytest.mark.parametrize(("row", "cells", "field"), [("A1,Ann", 2, "phone"), ("A1,Ann,1,extra", 4, "phone")])
def test_a_row_of_another_width_is_rejected_and_the_next_is_read(
    tmp_path: Path, row: str, cells: int, field: str
) -> None:
    rows = read(tmp_path, f"mrn,given_name,phone\n{row}\nA2,Bea,2\n")
    assert rows[0] == Rejection(2, field, f"The row has {cells} cells, the header has 3.")
    assert isinstance(rows[1], Row)


@pytest.mark.parametrize(
    ("content", "field", "row", "words"),
    [
        (b"", "file", 0, "empty"),
        (b"\xef\xbb\xbf", "header", 1, "missing: 'mrn'"),
        (b"mrn,given_name,phone\n", "file", 1, "no row under the header"),
        (b"mrn,given_name,phone\n\n,,\n", "file", 1, "no row under the header"),
        (b"name,phone\nAnn,1\n", "header", 1, "missing: 'mrn', 'given_name'; unknown: 'name'"),
        (b"mrn,given_name,phone,fax\nA1,Ann,1,2\n", "header", 1, "unknown: 'fax'"),
        (b"mrn,given_name,phone,MRN\nA1,Ann,1,2\n", "header", 1, "doubled: 'mrn'"),
        (b"A1,Ann,1\nA2,Bea,2\n", "header", 1, "Expected: mrn, given_name, phone"),
        (b"PK\x03\x04\x14\x00\x06\x00", "file", 0, "workbook"),
        (gzip.compress(b"mrn,given_name,phone\nA1,Ann,1\n", mtime=0), "file", 0, "gzip"),
        (b"%PDF-1.7 ...", "file", 0, "PDF"),
        (b"mrn,given_name,phone\nA1,A\x00n,1\n", "file", 2, "Line 2 holds a NUL byte"),
        (bytes(range(256)) * 40, "file", 1, "NUL"),
        ("mrn,given_name,phone\nA1,Ann,1\nA2,José,2\n".encode("cp1252"), "file", 3, "Byte 0xE9 on line 3"),
        (b'mrn,given_name,phone\nA1,Ann,1\nA2,"Bea,2\nA3,Cy,3\n', "file", 3, "unexpected end of data"),
        (b"mrn,given_name,phone\nA1," + b"x" * 200_000 + b",1\n", "file", 2, "field limit"),
        (b"\xff\xfem\x00r\x00n", "file", 1, "UTF-16"),
    ],
)
def test_what_is_no_such_table_is_refused_where_it_breaks(
    tmp_path: Path, content: bytes, field: str, row: int, words: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        read(tmp_path, content)
    rejection = refused.value.rejection
    assert (rejection.field, rejection.row) == (field, row)
    assert words in rejection.error


def test_a_file_in_another_encoding_is_read_when_it_is_named(tmp_path: Path) -> None:
    content = "mrn,given_name,phone\nA1,José,1\n".encode("cp1252")
    (row,) = read(tmp_path, content, encoding="cp1252")
    assert isinstance(row, Row)
    assert row.cells["given_name"] == "José"
    with pytest.raises(FileRefused, match="no encoding called 'klingon'"):
        read(tmp_path, content, encoding="klingon")


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_what_is_not_a_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileRefused, match="is not there, or is not a file"):
        list(read_table(tmp_path / name, COLUMNS))


@given(content=st.binary(max_size=300))
def test_junk_is_refused_or_read_but_never_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "junk.csv"
    for start in (b"", b"mrn,given_name,phone\n"):
        path.write_bytes(start + content)
        try:
            rows = list(read_table(path, COLUMNS))
        except FileRefused:
            continue
        assert rows
        assert all(row.number > 1 if isinstance(row, Row) else row.row > 1 for row in rows)
