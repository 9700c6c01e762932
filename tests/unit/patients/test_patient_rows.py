"""Rows about patients, judged without a database: every refusal names its row, its field and the value."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from patients.imports.csv_reading import Row
from patients.imports.patient_rows import COLUMNS, Customs, PatientRow, judge
from patients.imports.report import Rejection

CUSTOMS = Customs(
    region="US",
    languages=("en", "es"),
    zones=frozenset({"America/New_York", "America/Chicago", "Pacific/Kiritimati"}),
    default_zone="America/New_York",
    now=datetime(2026, 11, 23, 15, tzinfo=UTC),
)
GOOD = {
    "mrn": "A1",
    "given_name": "Ann",
    "family_name": "Lee",
    "date_of_birth": "1957-03-28",
    "language": "es",
    "timezone": "America/Chicago",
    "phone": "(212) 555-0123",
    "email": "ann@Example.com",
    "caregiver_name": "Bob Lee",
    "caregiver_phone": "+12125550124",
    "sms_consent": "yes",
    "email_consent": "no",
    "spine_metastases": "Sí",
}


def rows(*changes: dict[str, str]) -> tuple[list[PatientRow], list[Rejection]]:
    return judge([Row(number, GOOD | change) for number, change in enumerate(changes, start=2)], CUSTOMS)


def only_rejection(**cells: str) -> Rejection:
    good, rejected = rows(cells)
    assert good == []
    assert len(rejected) == 1
    assert rejected[0].row == 2
    return rejected[0]


def test_a_full_row_is_read_and_normalised() -> None:
    good, rejected = rows({})
    assert rejected == []
    assert good == [
        PatientRow(
            number=2,
            mrn="A1",
            given_name="Ann",
            family_name="Lee",
            date_of_birth=date(1957, 3, 28),
            language="es",
            timezone="America/Chicago",
            phone="+12125550123",
            email="ann@example.com",
            caregiver_name="Bob Lee",
            caregiver_phone="+12125550124",
            sms_consent=True,
            email_consent=False,
            spine=True,
        )
    ]


def test_all_but_number_and_name_may_be_blank() -> None:
    blank = dict.fromkeys(COLUMNS, "") | {"mrn": "A1", "given_name": "Ann", "family_name": "Lee"}
    good, rejected = rows(blank)
    assert rejected == []
    assert (good[0].timezone, good[0].language, good[0].phone, good[0].sms_consent) == (None, None, "", None)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("mrn", "", "may not be empty"),
        ("mrn", "9" * 41, "has 41 characters; 40 fit"),
        ("given_name", "", "may not be empty"),
        ("given_name", "A\x07nn", "cannot be shown"),
        ("family_name", "x" * 81, "has 81 characters; 80 fit"),
        ("date_of_birth", "03/28/1957", "'03/28/1957' is not a date as 1957-03-28"),
        ("date_of_birth", "19570328", "is not a date"),
        ("date_of_birth", "1957-02-30", "There is no day '1957-02-30'"),
        ("date_of_birth", "2026-11-24", "lies in the future"),
        ("date_of_birth", "1900-01-01", "more than 120 years ago"),
        ("language", "tlh", "Unknown language 'tlh'; messages are written in en, es"),
        (
            "timezone",
            "America/New_Yorck",
            "Unknown time zone 'America/New_Yorck'; use an IANA name such as America/New_",
        ),
        ("timezone", "chicago", "use an IANA name such as America/Chicago"),
        ("timezone", "EDT", "Unknown time zone 'EDT'"),
        ("phone", "call me", "'call me' is not a phone number"),
        ("phone", "+1212555", "'+1212555' is not a number that can exist"),
        ("phone", "+12125550123 ext. 9", "has an extension"),
        ("phone", "1" * 300, "fit"),
        ("email", "ann at example.com", "is not an e-mail address"),
        ("email", "a" * 260 + "@example.com", "has 272 characters; 254 fit"),
        ("caregiver_phone", "+9991", "'+9991' is not a"),
        ("sms_consent", "maybe", "'maybe' is neither yes nor no"),
        ("spine_metastases", "2", "'2' is neither yes nor no"),
    ],
)
def test_a_bad_cell_is_named_with_its_value(field: str, value: str, words: str) -> None:
    rejection = only_rejection(**{field: value})
    assert rejection.field == field
    assert words in rejection.error


@pytest.mark.parametrize(
    ("cells", "field", "words"),
    [
        ({"caregiver_name": ""}, "caregiver_name", "needs the caregiver's name"),
        ({"caregiver_phone": "212-555-0123"}, "caregiver_phone", "the patient's own phone"),
        ({"phone": "", "caregiver_phone": ""}, "sms_consent", "needs a phone"),
        ({"email": "", "email_consent": "yes"}, "email_consent", "needs an e-mail address"),
    ],
)
def test_cells_that_contradict_each_other_are_refused(cells: dict[str, str], field: str, words: str) -> None:
    rejection = only_rejection(**cells)
    assert rejection.field == field
    assert words in rejection.error


def test_consent_to_texts_may_rest_on_the_caregivers_phone_alone() -> None:
    assert rows({"phone": ""})[1] == []


def test_every_bad_cell_of_a_row_is_told_at_once() -> None:
    _, rejected = rows({"phone": "x", "timezone": "Mars", "language": "xx"})
    assert {rejection.field for rejection in rejected} == {"phone", "timezone", "language"}


def test_a_record_number_that_comes_twice_is_refused_naming_both_rows() -> None:
    good, rejected = rows({}, {"mrn": "A2"}, {"given_name": "Anna"})
    assert [row.number for row in good] == [2, 3]
    assert rejected == [Rejection(4, "mrn", "'A1' stands on row 2 and on row 4.")]


def test_it_is_twice_even_where_the_first_row_was_refused() -> None:
    good, rejected = rows({"phone": "x"}, {})
    assert good == []
    assert [(rejection.row, rejection.field) for rejection in rejected] == [(2, "phone"), (3, "mrn")]


def test_rows_that_share_a_phone_may_not_say_both_yes_and_no() -> None:
    other: dict[str, Any] = {"mrn": "A2", "caregiver_phone": "", "caregiver_name": "", "email": "b@example.com"}
    assert rows({}, other)[1] == []
    good, rejected = rows({}, other | {"sms_consent": "no"})
    assert [row.number for row in good] == [2]
    assert rejected == [Rejection(3, "sms_consent", "Row 2 says yes for the same address as row 3.")]


@pytest.mark.parametrize("word", ["yes", "YES", "y", "true", "1", "si", "Sí"])
def test_words_for_yes(word: str) -> None:
    assert rows({"spine_metastases": word})[0][0].spine is True


@pytest.mark.parametrize("word", ["no", "No", "n", "FALSE", "0"])
def test_words_for_no(word: str) -> None:
    assert rows({"spine_metastases": word})[0][0].spine is False


def test_born_today_is_by_the_patients_own_calendar() -> None:
    # At 15:00 UTC on the 23rd it is the 24th on Kiritimati.
    assert rows({"date_of_birth": "2026-11-24", "timezone": "Pacific/Kiritimati"})[1] == []
