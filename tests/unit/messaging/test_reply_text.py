"""A person's own words out of an answer, as mail programs in two languages write it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.domain.reply_text import from_html, own_words

WORDS = "My legs feel weak\nsince this morning"


@pytest.mark.parametrize(
    "tail",
    [
        "On Mon, Nov 23, 2026 at 9:00 AM Bone clinic <care@clinic.example> wrote:\n> Your visit is tomorrow.",
        "On Mon, Nov 23, 2026 at 9:00 AM Bone clinic\n<care@clinic.example> wrote:\n> Your visit is tomorrow.",
        "El lun, 23 nov 2026 a las 9:00, Clínica (<care@clinic.example>) escribió:\n> Su cita es mañana.",
        "-----Original Message-----\nFrom: Bone clinic\nYour visit is tomorrow.",
        "-----Mensaje original-----\nDe: Clínica\nSu cita es mañana.",
        "________________________________\nFrom: Bone clinic\nSent: Monday\nYour visit",
        "From: Bone clinic <care@clinic.example>\nSent: Monday, November 23, 2026\nTo: Rosa\nYour visit",
        "De: Clínica <care@clinic.example>\nEnviado: lunes\nPara: Rosa\nSu cita",
        "> Your visit is tomorrow.\n> Please call us.",
        "-- \nRosa Luz",
        "Sent from my iPhone",
        "Enviado desde mi iPhone",
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_quotations_and_signatures_are_left_out(tail: str, ends: str) -> None:
    assert own_words(f"{WORDS}\n\n{tail}\n".replace("\n", ends)) == WORDS


def test_an_answer_below_the_quotation_is_found() -> None:
    text = "On Monday the clinic wrote:\n> Your visit is tomorrow.\n> Can you come?\n\nYes, I will come."
    assert own_words(text) == "Yes, I will come."


def test_answers_between_the_lines_are_kept() -> None:
    assert own_words("> Can you come?\nYes\n> Any pain?\nA lot, in my back") == "Yes\nA lot, in my back"


@pytest.mark.parametrize("text", ["On Monday I fell and hurt my back", "From: now on call my son", "-- no --"])
def test_words_that_only_look_like_a_quotation_stay(text: str) -> None:
    assert own_words(text) == text


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters=">-_"), max_size=80))
@settings(max_examples=100, deadline=None)
def test_a_plain_line_is_never_lost(line: str) -> None:
    plain = line.strip()
    if not plain.lower().startswith(("on ", "el ", "am ", "le ", "sent", "get", "enviado", "obtener")):
        assert own_words(f"{plain}\n\n> Your visit is tomorrow.") == plain


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_html_can_be_read(html: str) -> None:
    assert isinstance(from_html(html), str)
