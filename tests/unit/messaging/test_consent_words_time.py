"""Texts made to keep the reader of opt-outs busy: a red flag behind one of them must not wait."""

from __future__ import annotations

import time

import pytest

from messaging.domain import consent_words

LONGEST = 20_000
HOSTILE = ["stop " + "and " * 4_999, "x " + "please " * 2_800 + "z", "ﷺ" * LONGEST, "a. " * 6_600, "deje de " * 2_500]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:8])
def test_it_reads_the_longest_text_quickly_whatever_it_is(text: str) -> None:
    began = time.process_time()
    assert consent_words.read(text) is None
    consent_words.is_stop_among_others(text)
    consent_words.language_of(text)
    # A second where it was four to seven; by far less on a machine of its own.
    assert time.process_time() - began < 1


@pytest.mark.parametrize("before", [0, 1, 57, 199, 401, 599, 600, 2_000])
def test_it_hears_an_opt_out_wherever_it_stands_in_a_letter_without_a_full_stop(before: int) -> None:
    text = "x" * before + " tell the nurse stop sending me all these messages it is late " + "bla " * 400
    assert consent_words.is_stop_among_others(text)


@pytest.mark.parametrize("before", range(380, 620, 7))
def test_it_takes_the_end_of_a_stretch_for_no_end_of_the_sentence(before: int) -> None:
    text = (
        "bla " * (before // 4)
        + "y" * (before % 4)
        + " so please do not text and drive with your numb hands "
        + "bla " * 300
    )
    assert not consent_words.is_stop_among_others(text)
