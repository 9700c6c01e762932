"""Codes: one slip of the finger is never another nurse's patient, and a code is found however it was typed."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain import codes

TYPED = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
EVERY = [code for letters in itertools.product(codes.ALPHABET, repeat=4) if codes.valid(code := "".join(letters))]
CODE = codes.make(random.Random(7))


def test_there_are_thousands_of_codes_for_each_phone() -> None:
    assert len(EVERY) > 4000


def test_what_is_drawn_is_valid() -> None:
    chance = random.Random(1)
    drawn = {codes.make(chance) for _ in range(300)}
    assert drawn <= set(EVERY)
    assert len(drawn) > 250


@pytest.mark.parametrize("seed", range(8))
def test_one_wrong_character_never_makes_another_code(seed: int) -> None:
    chance = random.Random(seed)
    for code in chance.sample(EVERY, 60):
        for place, wrong in itertools.product(range(4), TYPED):
            typed = code[:place] + wrong + code[place + 1 :]
            assert codes.find(typed) in ([], [code]), (code, typed)


def test_two_characters_that_changed_places_never_make_another_code() -> None:
    for code in EVERY:
        for one, two in itertools.combinations(range(4), 2):
            swapped = list(code)
            swapped[one], swapped[two] = swapped[two], swapped[one]
            assert "".join(swapped) == code or not codes.valid("".join(swapped))


def test_no_code_is_a_word_or_a_number() -> None:
    assert not [code for code in EVERY if code.isdigit() or code.isalpha()]
    assert not set("AEIOU0125LSZBVGQ") & set("".join(EVERY))


def ways(code: str) -> list[str]:
    return [
        code,
        code.lower(),
        " ".join(code),
        f"{code[:2]}-{code[2:]}",
        f"{code[0]}.{code[1:]}",
        f"{code[:2]} - {code[2:]}",
        f"ok {code.lower()}!",
        f"({code})",
        f"“{code}”",
        f"no{code}",
        f"OK{code}, thanks",
        f"the code is {code}. calling her now",
        f"\n{code}\n",
        "".join(chr(ord(character) + 0xFEE0) for character in code),  # full width
    ]


@pytest.mark.parametrize("written", ways(CODE))
def test_it_is_found_however_it_was_written(written: str) -> None:
    assert codes.find(written) == [CODE]


@given(st.sampled_from(EVERY), st.sampled_from(range(14)))
def test_every_code_is_found_in_every_way(code: str, way: int) -> None:
    assert codes.find(ways(code)[way]) == [code]


def test_letters_that_only_look_alike_are_read_as_meant() -> None:
    with_six = next(code for code in EVERY if "6" in code)
    with_nine = next(code for code in EVERY if "9" in code and "6" not in code)
    cyrillic = next(code for code in EVERY if "K" in code and "M" in code)
    assert codes.find(with_six.replace("6", "G")) == [with_six]
    assert codes.find(with_nine.replace("9", "q")) == [with_nine]
    assert codes.find(cyrillic.replace("K", "К").replace("M", "М")) == [cyrillic]


def test_several_codes_are_found_once_each_in_their_order() -> None:
    one, two = EVERY[10], EVERY[2000]
    assert codes.find(f"{two} and {one}, {two}") == [two, one]


@pytest.mark.parametrize(
    "text",
    ["", "ok", "on it", "I can't feel my legs", "call me at 7 pm", "temp 39C, 10mg given", "MRI 4/7 6pm", "\x00"],
)
def test_ordinary_words_hold_no_code(text: str) -> None:
    assert codes.find(text) == []
    assert codes.read(text).broken == ()


def test_a_mistyped_code_is_known_as_one() -> None:
    wrong = CODE[:3] + next(c for c in codes.ALPHABET if c != CODE[3])
    assert codes.read(f"ok {wrong}").broken == (wrong,)
    assert codes.read(f"no {CODE[:3]}").broken in ((CODE[:3],), ())


def test_the_words_around_a_code_stay() -> None:
    assert codes.read(f"spoke {CODE} er").words.split() == ["SPOKE", "ER"]


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    assert all(codes.valid(code) for code in codes.find(text))


def test_a_long_text_is_read_at_once() -> None:
    assert codes.find("K7 " * 6000 + "ﷺ" * 1000) == []


def test_it_is_read_aloud_one_by_one() -> None:
    assert codes.spelled("K7Q4") == "K, 7, Q, 4"
