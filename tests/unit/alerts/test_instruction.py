"""What an instruction must keep to, text by text."""

from __future__ import annotations

import pytest

from alerts.domain.instruction import LINE, MOST, problems

FITS = "Call {line} NOW. " + "x" * (MOST - len(f"Call {LINE} NOW. "))


@pytest.mark.parametrize(
    "text", ["Call {line} NOW.", "Call 911.", FITS, "Llame al {line} mañana ¿sí?", "We are here to help."]
)
def test_it_passes_what_one_sms_can_carry(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "says nothing"),
        ("   ", "says nothing"),
        (FITS + "x", "161 characters"),
        ("Call {phone}.", "{phone}"),
        ("Call {line!r}.", "plain name"),
        ("Call {line.", "braces"),
        ("Call {line} 🚑", "🚑"),
        ("Reply YES.", "YES"),
        ("Responda AYUDA.", "AYUDA"),
        ("{" * 2 + "line" + "}" * 2 + " " + "€" * 80, "characters"),
    ],
)
def test_it_says_what_is_wrong(text: str, words: str) -> None:
    assert any(words in problem for problem in problems(text)), problems(text)


def test_it_counts_the_longest_line_that_may_be_filled_in() -> None:
    assert problems(FITS, line="1") == []
    assert problems(FITS, line=LINE + "9")


def test_a_brace_that_stays_a_brace_and_a_euro_weigh_two() -> None:
    assert problems("{{" * 80) == []
    assert problems("{{" * 81)
    assert problems("€" * 80) == []
    assert problems("€" * 81)
