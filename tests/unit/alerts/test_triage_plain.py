"""However a text is written, it is read as the words that were meant, each with its place in the original."""

from __future__ import annotations

import time

import pytest

from alerts.domain.triage import read
from alerts.domain.triage.plain import read_plain
from alerts.domain.triage.spelling import meant
from alerts.starter.triggers import STARTER_RULES


def words(text: str) -> list[str]:
    return [token.word for token in read_plain(text).tokens]


@pytest.mark.parametrize(
    "text",
    [
        "MY LEGS ARE NUMB",
        "my legs are numb",
        "m\u200by le\u200bgs are n\u200bumb",
        "Му lеgs аrе numb",
        "ｍｙ ｌｅｇｓ ａｒｅ ｎｕｍｂ",
        "𝐦𝐲 𝐥𝐞𝐠𝐬 𝐚𝐫𝐞 𝐧𝐮𝐦𝐛",
        "my l3gs are numb",
        "my legs are nummmmb",
        "my l e g s are n u m b",
        "my l-e-g-s are n.u.m.b",
        "mylegsarenumb",
        "my_legs_are_numb",
        "my le gs are num b",
        "my leggs are numbb",
        "<b>my</b> legs are numb",
        "my 🦵 r numb",
        "m\u0301y legs are nu\u0308mb",
        "\u202emy legs are numb\u202c",
    ],
)
def test_disguises_come_off(text: str) -> None:
    reading = read(text, STARTER_RULES)
    assert reading.page
    assert "legs.numb" in {sign.concept for sign in reading.evidence}


def test_evidence_is_quoted_as_it_was_written() -> None:
    text = "Hola 😀, mís PIERNAS están dormidas… ¿qué hago?"
    signs = [sign for sign in read(text, STARTER_RULES).evidence if sign.concept == "legs.numb"]
    assert {sign.words for sign in signs} == {"PIERNAS están dormidas"}
    assert all(text[sign.start : sign.end] == sign.words for sign in signs)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("shiverng", "shivering"),
        ("thirtsy", "thirsty"),
        ("constipaated", "constipated"),
        ("konfused", "confused"),
        ("leggs", "legs"),
        ("weeeak", "weak"),
        ("husband's", "husband"),
        ("can't", "cant"),
        ("troubel", "trouble"),
    ],
)
def test_a_slip_is_mended(written: str, wanted: str) -> None:
    assert meant(written) == (wanted,)


@pytest.mark.parametrize("word", ["form", "week", "bridge", "night", "semana", "clinica", "dumb", "number"])
def test_a_common_word_is_not_bent_into_a_symptom(word: str) -> None:
    assert meant(word) == (word,)


def test_numbers_with_units_and_decimals_stay_whole() -> None:
    assert words("38,5°C at 8:30, 102F, 7/10") == ["38,5", "degrees", "c", "at", "8:30", "102", "f", "7/10"]


ODD = {
    "nothing": "",
    "blanks": " \n\t ",
    "NUL": "\x00" * 1600,
    "half a surrogate": "\ud800 my legs are numb \udfff",
    "html": "<script>alert(1)</script>" * 400,
    "sql": "'; DROP TABLE patients; -- " * 400,
    "right to left": "רגליים חלשות " * 1500,
    "pictures": "🦵🏽😵\u200d💫👨\u200d👩\u200d👧" * 1500,
    "marks on marks": "e\u0301\u0323\u0307" * 5000,
    "a ligature of eighteen letters": "ﷺ" * 20_000,
    "one letter after the other": "l e g s " * 2500,
    "a and b": "a b " * 5000,
    "one endless word": "mylegscantfeel" * 1400,
    "digits": "1234567890" * 2000,
    "no end of slashes": "1/" * 10_000,
    "no end of marks": ",.;!?" * 4000,
    "words that nobody knows": "".join(f"q{n:05d}xz" for n in range(2500)),
    "denials without end": "no my legs are weak and numb " * 700,
    "temperatures without end": "102.4 " * 3300,
}


@pytest.mark.parametrize("name", ODD)
def test_no_text_breaks_it_or_holds_it_up(name: str) -> None:
    started = time.process_time()
    reading = read(ODD[name], STARTER_RULES)
    assert time.process_time() - started < 5
    assert reading.page or reading.review


def test_what_stands_behind_twenty_thousand_letters_is_for_a_person() -> None:
    assert read("yes ok " * 5000, STARTER_RULES).review
