"""The catalogue as it ships: complete, sourced, consistent, and readable to patients where they read it."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders.catalogue import ENTRIES, Entry
from reminders.catalogue.lines import SPANISH, in_language
from reminders.catalogue.sources import SOURCES, UNSOURCED, cited, with_references
from reminders.domain.schedule import Course, lay_out
from reminders.domain.words import Route
from tests.support.forbidden_words import named_in

BY_CODE = {entry.code: entry for entry in ENTRIES}
EVERY_ENTRY = pytest.mark.parametrize("entry", ENTRIES, ids=[entry.code for entry in ENTRIES])

#: What the patient page on bone metastases speaks of, and the entries in which it must be found.
PATIENT_PAGE = {
    "bone scan": ["bone_scan"],
    "CT scan": ["ct"],
    "MRI": ["mri"],
    "X-rays": ["xray"],
    "PET scan": ["pet"],
    "lab tests": ["blood_tests"],
    "biopsy": ["biopsy"],
    "pamidronate": ["pam_q4w"],
    "zoledronic acid": ["zol_q4w", "zol_q12w", "zol_hcm"],
    "bisphosphonate pills": ["iban_po", "clod_po"],
    "denosumab": ["dmab_q4w", "dmab_gctb"],
    "hormone therapy": [
        "leup_1",
        "leup_3",
        "leup_4",
        "leup_6",
        "gos_1",
        "gos_3",
        "deg_1",
        "trip_1",
        "trip_3",
        "trip_6",
    ],
    "radiation therapy": ["rt_8x1", "rt_20x5", "rt_24x6", "rt_30x10"],
    "radiopharmaceuticals": ["ra223", "lu177", "sr89", "sm153"],
    "surgery": ["surgery"],
    "tumor ablation": ["ablation"],
    "bone cement": ["cement"],
    "physical therapy": ["physio"],
    "pain medicines": ["analgesia"],
}
#: Interval in days, minimum gap, early, late: as the sources and the proposals have them.
NUMBERS = {
    "zol_q4w": (28, 21, 7, 3),
    "zol_q12w": (84, 77, 7, 7),
    "pam_q4w": (28, 21, 7, 3),
    "iban_iv": (28, 21, 7, 3),
    "dmab_q4w": (28, 28, 0, 3),
    "dmab_gctb": (28, 28, 0, 3),
    "iban_po": (1, 1, 0, 0),
    "clod_po": (1, 1, 0, 0),
    "rt_20x5": (1, 1, 0, 0),
    "rt_24x6": (1, 1, 0, 0),
    "rt_30x10": (1, 1, 0, 0),
    "ra223": (28, 28, 0, 3),
    "lu177": (42, 35, 7, 7),
    "leup_1": (28, 28, 0, 3),
    "leup_3": (84, 77, 7, 7),
    "leup_4": (112, 105, 7, 7),
    "leup_6": (168, 161, 7, 14),
    "gos_1": (28, 28, 0, 3),
    "gos_3": (84, 77, 7, 7),
    "deg_1": (28, 28, 0, 3),
    "trip_1": (28, 28, 0, 3),
    "trip_3": (84, 77, 7, 7),
    "trip_6": (168, 161, 7, 14),
    "fulv": (28, 28, 0, 3),
    "dental_6mo": (182, 175, 7, 14),
}
ONE_OFFS = {
    *("zol_hcm", "rt_8x1", "sr89", "sm153", "surgery", "ablation", "cement", "physio", "analgesia", "dental_baseline"),
    *("bone_scan", "ct", "mri", "xray", "pet", "blood_tests", "biopsy"),
}
#: All that these say is in a source; everything else holds a proposal or general knowledge.
FULLY_SOURCED = {"lu177", "dental_baseline", "xray", "blood_tests", "biopsy"}


def course(entry: Entry, *, first_on: date, visits: int | None) -> Course:
    return Course(
        first_on=first_on,
        clock=time(9),
        zone=ZoneInfo("America/New_York"),
        interval_days=entry.interval_days or 1,
        visits=visits,
        loading_days=entry.loading_days,
        early_days=entry.early_days,
        late_days=entry.late_days,
        minimum_gap_days=entry.minimum_gap_days,
        weekdays_only=entry.weekdays_only,
    )


def days_of(entry: Entry, *, first_on: date, visits: int) -> list[date]:
    until = first_on + timedelta(days=400)
    return [
        slot.on for slot in lay_out(course(entry, first_on=first_on, visits=visits), (), today=first_on, until=until)
    ]


@pytest.mark.parametrize(("concept", "codes"), PATIENT_PAGE.items())
def test_everything_the_patient_page_names_is_there(concept: str, codes: list[str]) -> None:
    assert [code for code in codes if code not in BY_CODE] == []


def test_codes_are_unique_and_each_is_accounted_for() -> None:
    assert len(BY_CODE) == len(ENTRIES)
    assert set(BY_CODE) == set(NUMBERS) | ONE_OFFS


@pytest.mark.parametrize("code", sorted(NUMBERS))
def test_it_keeps_the_numbers_of_its_source(code: str) -> None:
    entry = BY_CODE[code]
    assert (entry.interval_days, entry.minimum_gap_days, entry.early_days, entry.late_days) == NUMBERS[code]


@pytest.mark.parametrize("code", sorted(ONE_OFFS))
def test_a_one_off_has_no_interval_and_starts_with_one_visit(code: str) -> None:
    assert BY_CODE[code].interval_days is None
    assert BY_CODE[code].default_visits == 1


def test_what_is_given_a_limited_number_of_times_says_so() -> None:
    limits = {entry.code: entry.maximum_doses for entry in ENTRIES if entry.maximum_doses is not None}
    assert limits == {"rt_8x1": 1, "rt_20x5": 5, "rt_24x6": 6, "rt_30x10": 10, "ra223": 6, "lu177": 6}
    assert all(BY_CODE[code].default_visits == limit for code, limit in limits.items())
    assert {code: BY_CODE[code].minimum_gap_days for code in ("zol_hcm", "sr89")} == {"zol_hcm": 7, "sr89": 90}


@EVERY_ENTRY
def test_interval_window_and_gap_agree(entry: Entry) -> None:
    if entry.interval_days is None:
        assert entry.early_days == 0
        return
    assert entry.minimum_gap_days == entry.interval_days - entry.early_days
    # Else the end of one window would reach into the next.
    assert entry.interval_days == 1 or entry.early_days + entry.late_days < entry.interval_days


def test_loading_doses_fall_on_the_days_of_the_label() -> None:
    first = date(2026, 3, 2)
    loaded = {entry.code for entry in ENTRIES if entry.loading_days}
    assert loaded == {"dmab_gctb", "fulv"}
    since_first = [(day - first).days for day in days_of(BY_CODE["dmab_gctb"], first_on=first, visits=6)]
    assert since_first == [0, 7, 14, 28, 56, 84]
    since_first = [(day - first).days for day in days_of(BY_CODE["fulv"], first_on=first, visits=5)]
    assert since_first == [0, 14, 28, 56, 84]


def test_external_beam_keeps_to_weekdays_and_nothing_else_does() -> None:
    assert {entry.code for entry in ENTRIES if entry.weekdays_only} == {"rt_8x1", "rt_20x5", "rt_24x6", "rt_30x10"}
    thursday = date(2026, 11, 26)
    days = days_of(BY_CODE["rt_30x10"], first_on=thursday, visits=10)
    assert len(days) == 10
    assert max(day.weekday() for day in days) == 4
    assert days[-1] == date(2026, 12, 9)


def test_only_tablets_are_not_recorded() -> None:
    assert {entry.code for entry in ENTRIES if not entry.tracks_doses} == {
        entry.code for entry in ENTRIES if entry.route is Route.TABLET
    }


def test_every_route_has_an_entry() -> None:
    assert {entry.route for entry in ENTRIES} == set(Route)


@EVERY_ENTRY
def test_it_cites_its_sources_and_a_reader_can_follow_them(entry: Entry) -> None:
    marks = cited(entry.facts)
    assert marks
    assert set(marks) <= set(SOURCES) | set(UNSOURCED)
    assert all(SOURCES.get(mark, UNSOURCED.get(mark, "?")) in entry.source for mark in marks)


@EVERY_ENTRY
def test_no_number_stands_without_a_mark_behind_it(entry: Entry) -> None:
    """Sentence by sentence: where there is a digit, a mark follows before the sentence ends."""
    for sentence in re.split(r"(?<=\])[.;]\s|(?<=\])\.$", entry.facts):
        if re.search(r"\d", re.sub(r"\[[^\]]*\]", "", sentence)):
            assert cited(sentence), sentence


def test_what_has_no_source_needs_a_signature() -> None:
    assert {entry.code for entry in ENTRIES if not entry.needs_sign_off} == FULLY_SOURCED
    for entry in ENTRIES:
        assert entry.needs_sign_off == ("[PROP]" in entry.facts or "[GK]" in entry.facts), entry.code


def test_an_unknown_mark_is_refused() -> None:
    with pytest.raises(KeyError, match="S999"):
        with_references("every 4 weeks [S999]")


def test_every_source_is_used_by_somebody() -> None:
    used = {mark for entry in ENTRIES for mark in cited(entry.facts)}
    assert set(SOURCES) - used == set()


@EVERY_ENTRY
def test_lines_for_patients_name_no_number_no_drug_and_no_illness(entry: Entry) -> None:
    for line in entry.before:
        for said in (line, SPANISH[line]):
            assert not re.search(r"\d", said), said
            assert not named_in(said), said
            assert said.endswith("."), said


def test_lines_are_said_in_the_patients_language() -> None:
    entry = BY_CODE["zol_q4w"]
    spanish = in_language(entry.before, "es")
    assert len(spanish) == len(entry.before)
    assert not set(spanish) & set(entry.before)
    assert in_language(entry.before, "en") == list(entry.before)


def test_a_line_that_a_clinic_wrote_stays_as_it_is() -> None:
    assert in_language(["Park behind the house."], "es") == ["Park behind the house."]
