"""Free words as answers about a visit: how well the labelled sets are read, and what must never be a yes."""

from __future__ import annotations

from datetime import date, time

import pytest

from messaging.domain.answers import Said, read
from tests.support.reply_sets import accuracy, texts, wrong_yes

SETS = ("heldout", "dev")


@pytest.mark.parametrize("name", SETS)
def test_it_reads_what_is_meant_in_ninety_seven_of_a_hundred(name: str) -> None:
    assert accuracy(name) >= 0.97


@pytest.mark.parametrize("name", SETS)
def test_it_takes_nothing_else_for_a_yes(name: str) -> None:
    assert wrong_yes(name) == []


def test_the_sets_are_as_large_as_they_are_said_to_be() -> None:
    assert sum(len(texts(name)) for name in SETS) >= 600
    assert len({row.text for name in SETS for row in texts(name)}) >= 600


@pytest.mark.parametrize(
    "words",
    [
        "1 but my back hurts", "yes but can it be later?", "no I cannot confirm", "not sure", "if I get a ride I'll be there",  # noqa: E501
        "will I be there all day?", "did you confirm my appointment?", "1 or 2?", "sí y no", "no puedo confirmar",
        "si consigo quien me lleve ahí estaré", "yes, my leg hurts",
    ],
)  # fmt: skip
def test_a_yes_that_is_none_is_not_believed(words: str) -> None:
    assert read(words).said is not Said.CONFIRM


@pytest.mark.parametrize(
    "words", ["Appointment confirmed. However my toes went numb", "Ahí estaré. ¿Puedo llevar a mi hija?"]
)
def test_a_yes_in_words_stands_beside_other_things_and_is_not_all(words: str) -> None:
    reading = read(words)
    assert (reading.said, reading.alone, reading.in_words) == (Said.CONFIRM, False, True)


@pytest.mark.parametrize(
    ("words", "fits"),
    [
        ("see you Wednesday", True),
        ("see you wed the 17th at 9:30", True),
        ("nos vemos mañana", True),
        ("nos vemos el miércoles 17 de junio", True),
        ("see you Thursday", False),
        ("confirmo la cita del 18", False),
        ("see you 6/17", True),
    ],
)
def test_days_that_are_named_fit_or_do_not(words: str, fits: bool) -> None:  # noqa: FBT001
    about = read(words).about
    assert about.name_a_day
    assert about.fit_day(date(2026, 6, 17), today=date(2026, 6, 16)) is fits


def test_a_time_is_read_morning_or_afternoon_left_open() -> None:
    about = read("yes, 2 pm works").about
    assert about.fit_clock(time(14))
    assert not about.fit_clock(time(9, 30))


@pytest.mark.parametrize(("words", "place"), [("A", 0), ("b please", 1), ("la primera", 0), ("the last one", -1)])
def test_a_letter_or_its_number_is_a_choice(words: str, place: int) -> None:
    assert read(words).letter == place


@pytest.mark.parametrize(
    "words", ["can't make tues, next week same time?", "no puedo el martes, ¿puede ser el jueves?"]
)
def test_the_day_that_stands_and_the_day_that_is_wanted_are_told_apart(words: str) -> None:
    reading = read(words)
    assert reading.said is Said.MOVE
    assert 1 in (reading.about | reading.wanted).weekdays


def test_a_long_letter_and_an_empty_one_are_for_a_person() -> None:
    assert read("yes " * 400).said is Said.NOTHING
    assert read("").said is Said.NOTHING
    assert read("ok " + "\u4f60\u597d").said is not Said.CONFIRM


@pytest.mark.parametrize(
    "text",
    ["My wife is unsteady today and trips on the steps", "I do not have any fever today", "I cannot keep him awake"],
)
def test_words_of_how_she_feels_ask_for_no_other_time(text: str) -> None:
    assert read(text).said is Said.NOTHING


@pytest.mark.parametrize("text", ["R", "r", "R please", "2 por favor"])
def test_the_letter_that_stands_for_another_time(text: str) -> None:
    assert read(text).said is Said.MOVE
