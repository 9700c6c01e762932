"""A row about a patient, judged without a database: each cell for itself, and the rows against each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from patients.domain import address
from patients.imports import cells
from patients.imports.cells import CellError, Cells
from patients.imports.csv_reading import Row
from patients.imports.report import Rejection, quote

COLUMNS = (
    "mrn",
    "given_name",
    "family_name",
    "date_of_birth",
    "language",
    "timezone",
    "phone",
    "email",
    "caregiver_name",
    "caregiver_phone",
    "sms_consent",
    "email_consent",
    "spine_metastases",
)
OLDEST_YEARS = 120
_LONGEST_ADDRESS = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class Customs:
    """What a row is read by: the clinic's region and defaults, the known languages and zones, the moment."""

    region: str
    languages: Collection[str]
    zones: frozenset[str]
    default_zone: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRow:
    """A row that can be stored. None and "" stand for a blank cell, and a blank cell changes nothing."""

    number: int
    mrn: str
    given_name: str
    family_name: str
    date_of_birth: date | None
    language: str | None
    timezone: str | None
    phone: str
    email: str
    caregiver_name: str
    caregiver_phone: str
    sms_consent: bool | None
    email_consent: bool | None
    spine: bool | None


def judge(rows: Iterable[Row | Rejection], customs: Customs) -> tuple[list[PatientRow], list[Rejection]]:
    """The rows that can be stored, and what is wrong with the others."""
    good: list[PatientRow] = []
    rejected: list[Rejection] = []
    mrns: dict[str, int] = {}
    said: dict[str, tuple[bool, int]] = {}
    for row in rows:
        if isinstance(row, Rejection):
            rejected.append(row)
            continue
        reading = Cells(row)
        patient = _patient(reading, customs)
        _once(reading, mrns)
        if not reading.errors:
            _agreed(reading, patient, said)
        if reading.errors:
            rejected.extend(reading.errors)
        else:
            good.append(patient)
    return good, rejected


def _patient(reading: Cells, customs: Customs) -> PatientRow:
    def phone(raw: str) -> str:
        return address.phone(_fitting(raw), region=customs.region)

    zone = reading.take("timezone", lambda raw: _zone(raw, customs.zones))
    today = customs.now.astimezone(ZoneInfo(zone or customs.default_zone)).date()
    patient = PatientRow(
        number=reading.row.number,
        mrn=reading.take("mrn", cells.text(40), required=True) or "",
        given_name=reading.take("given_name", cells.text(80), required=True) or "",
        family_name=reading.take("family_name", cells.text(80), required=True) or "",
        date_of_birth=reading.take("date_of_birth", lambda raw: _born(raw, today)),
        language=reading.take("language", lambda raw: _language(raw, customs.languages)),
        timezone=zone,
        phone=reading.take("phone", phone) or "",
        email=reading.take("email", lambda raw: address.email(_fitting(raw))) or "",
        caregiver_name=reading.take("caregiver_name", cells.text(120)) or "",
        caregiver_phone=reading.take("caregiver_phone", phone) or "",
        sms_consent=reading.take("sms_consent", cells.yes_no),
        email_consent=reading.take("email_consent", cells.yes_no),
        spine=reading.take("spine_metastases", cells.yes_no),
    )
    _together(reading, patient)
    return patient


def _together(reading: Cells, patient: PatientRow) -> None:
    """What two cells of a row say about each other."""
    given = reading.row.cells
    if given["caregiver_phone"] and not given["caregiver_name"]:
        reading.reject("caregiver_name", "A caregiver's phone needs the caregiver's name.")
    if patient.phone and patient.phone == patient.caregiver_phone:
        reading.reject("caregiver_phone", "This is the patient's own phone; leave one of the two empty.")
    if patient.sms_consent and not given["phone"] and not given["caregiver_phone"]:
        reading.reject("sms_consent", "Consent to texts needs a phone in the same row.")
    if patient.email_consent and not given["email"]:
        reading.reject("email_consent", "Consent to mails needs an e-mail address in the same row.")


def _once(reading: Cells, mrns: dict[str, int]) -> None:
    mrn, number = reading.row.cells["mrn"], reading.row.number
    first = mrns.setdefault(mrn, number)
    if mrn and first != number:
        reading.reject("mrn", f"{quote(mrn)} stands on row {first} and on row {number}.")


def _agreed(reading: Cells, patient: PatientRow, said: dict[str, tuple[bool, int]]) -> None:
    """Consent belongs to the address: two rows that share a phone may not contradict each other."""
    wishes = (
        ("sms_consent", patient.sms_consent, (patient.phone, patient.caregiver_phone)),
        ("email_consent", patient.email_consent, (patient.email.lower(),)),
    )
    for field, wish, addresses in wishes:
        for each in addresses:
            if wish is None or not each:
                continue
            before, row = said.setdefault(each, (wish, patient.number))
            if before != wish:
                word = "yes" if before else "no"
                reading.reject(field, f"Row {row} says {word} for the same address as row {patient.number}.")


def _fitting(raw: str) -> str:
    return cells.text(_LONGEST_ADDRESS)(raw)


def _born(raw: str, today: date) -> date:
    born = cells.iso_date(raw)
    if born > today:
        raise CellError(f"{quote(raw)} lies in the future.")
    if today.year - born.year > OLDEST_YEARS:
        raise CellError(f"{quote(raw)} is more than {OLDEST_YEARS} years ago.")
    return born


def _language(raw: str, languages: Collection[str]) -> str:
    if raw.lower() not in languages:
        raise CellError(f"Unknown language {quote(raw)}; messages are written in {', '.join(languages)}.")
    return raw.lower()


def _zone(raw: str, zones: frozenset[str]) -> str:
    if raw not in zones:
        hint = _by_city(zones).get(_city(raw), "America/New_York")
        raise CellError(f"Unknown time zone {quote(raw)}; use an IANA name such as {hint}.")
    return raw


@lru_cache(maxsize=4)
def _by_city(zones: frozenset[str]) -> dict[str, str]:
    """Every zone by the place in its name: what people write instead is mostly just that."""
    return {_city(zone): zone for zone in sorted(zones, reverse=True)}


def _city(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace(" ", "_").lower()
