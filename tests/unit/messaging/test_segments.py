"""What a text costs as SMS, against a slow count that builds the parts one by one."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from messaging.domain.wording import fold_to_gsm7, segments

# The chart of 3GPP TS 23.038, read row by row; position 0x1B is the escape.
CHART = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}

GSM_TEXT = st.text(alphabet=sorted((set(CHART) - {"\x1b"}) | set(ESCAPED)), max_size=500)
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300)


def units(text: str) -> tuple[str, list[bytes]]:
    """Each character as the bytes that must stay together, in the alphabet that the text needs."""
    try:
        encoded = [
            bytes([0x1B, ESCAPED[c]]) if c in ESCAPED else bytes([CHART.index(c)]) for c in text if c != "\x1b" or 1 / 0
        ]
    except (ValueError, ZeroDivisionError):
        return "UCS-2", [c.encode("utf-16-be") for c in text]
    return "GSM-7", encoded


def slow_count(text: str) -> tuple[str, int, int]:
    encoding, atoms = units(text)
    size = 2 if encoding == "UCS-2" else 1
    single, part = (70 * 2, 67 * 2) if encoding == "UCS-2" else (160, 153)
    total = sum(map(len, atoms))
    if total <= single:
        return encoding, total // size, 1 if atoms else 0
    parts = [b""]
    for atom in atoms:
        if len(parts[-1]) + len(atom) > part:
            parts.append(b"")
        parts[-1] += atom
    return encoding, total // size, len(parts)


@given(st.one_of(GSM_TEXT, ANY_TEXT))
@example("")
@example("a" * 160)
@example("a" * 161)
@example("a" * 152 + "€" + "a" * 152)
@example("é" * 306)
@example("😀" * 35)
@example("😀" * 36)
@example("a" * 66 + "😀" + "b" * 66)
@example("\x1b")
def test_segments_agree_with_the_slow_count(text: str) -> None:
    weighed = segments(text)
    assert (weighed.encoding, weighed.characters, weighed.count) == slow_count(text)


def test_a_pair_that_would_straddle_two_parts_moves_to_the_next() -> None:
    # 153 + 153 septets would do, were the euro sign's two septets allowed to be parted.
    assert segments("a" * 152 + "€" + "a" * 152).count == 3
    assert segments("a" * 151 + "€" + "a" * 153).count == 2


def test_it_names_the_characters_that_force_the_dearer_alphabet() -> None:
    weighed = segments("Mañana, María… ☀ María")
    assert weighed.encoding == "UCS-2"
    assert weighed.forcing == ("í", "…", "☀")
    assert segments("Mañana a las 9:30 [café] {1} €5").forcing == ()


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("María Hernández Núñez", "Maria Hernandez Nuñez"),
        ("¿Cómo está? Llámenos “ya” – es fácil…", '¿Como esta? Llamenos "ya" - es facil...'),
        ("déjà vu, çok güzel", "déjà vu, cok güzel"),
        ("38 °C\u200b, ≥ 3\u00a0días", "38 oC, >= 3 dias"),
        ("Łódź", "Lodz"),
        ("e\u0301 stays e with accent", "é stays e with accent"),
    ],
)
def test_fold_replaces_only_what_gsm7_does_not_have(text: str, folded: str) -> None:
    assert fold_to_gsm7(text) == folded


def test_fold_leaves_a_text_alone_when_nothing_is_gained() -> None:
    assert fold_to_gsm7("Ánimo, María 😀") == "Ánimo, María 😀"


@given(ANY_TEXT)
def test_folding_never_costs_more_alphabet_and_is_stable(text: str) -> None:
    folded = fold_to_gsm7(text)
    assert fold_to_gsm7(folded) == folded
    if folded != text:
        assert segments(folded).encoding == "GSM-7"


@given(GSM_TEXT)
def test_folding_does_not_touch_a_text_that_fits(text: str) -> None:
    assert fold_to_gsm7(text) == text
