"""Blanks in templates: found, filled strictly, and never run as code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.wording import WordingError, fill, reserved_words, variables


def test_it_fills_every_blank() -> None:
    text = "Hello {name}, your visit is {day} at {time}. {name}, call {line}."
    filled = fill(text, {"name": "Ana", "day": "tomorrow", "time": "9:30", "line": "555-0100"})
    assert filled == "Hello Ana, your visit is tomorrow at 9:30. Ana, call 555-0100."


def test_a_missing_value_is_an_error_that_names_it() -> None:
    with pytest.raises(WordingError, match="line"):
        fill("Call {line}, {name}", {"name": "Ana"})


def test_values_that_this_text_does_not_use_are_no_error() -> None:
    assert fill("Hello", {"name": "Ana"}) == "Hello"


def test_braces_in_a_value_stay_as_they_are() -> None:
    assert fill("Hello {name}", {"name": "{line} {{x}}"}) == "Hello {line} {{x}}"


def test_doubled_braces_are_braces() -> None:
    assert fill("{{{name}}}", {"name": "Ana"}) == "{Ana}"


@pytest.mark.parametrize(
    "text",
    ["{name.upper}", "{name[0]}", "{0}", "{}", "{name!r}", "{name:>10}", "{name", "name}", "{first name}", "{ name }"],
)
def test_anything_but_a_plain_name_is_refused(text: str) -> None:
    with pytest.raises(WordingError):
        variables(text)
    with pytest.raises(WordingError):
        fill(text, {"name": "Ana", "0": "x", "": "y"})


def test_variables_come_once_in_order() -> None:
    assert variables("{b} {a} {b}") == ("b", "a")


@given(st.text(), st.text())
def test_filling_is_putting_the_value_between_the_words(before: str, value: str) -> None:
    escaped = before.replace("{", "{{").replace("}", "}}")
    assert fill(escaped + "{x}" + escaped, {"x": value}) == before + value + before


@pytest.mark.parametrize(
    ("text", "invited"),
    [
        ("Reply YES to confirm.", ("YES",)),
        ("Reply yes to confirm or call us.", ("YES",)),
        ('Text "cancel" if you cannot come.', ("CANCEL",)),
        ("Reply 1, C or stop", ("STOP",)),
        ("Responda CANCELAR para cancelar.", ("CANCELAR",)),
        ("Envíe ayuda o llame.", ("AYUDA",)),
        ("STOP to end, HELP for help", ("STOP", "HELP")),
        ("Answer with help", ("HELP",)),
        ("We are here to help. Reply 1 to confirm, 2 to move it.", ()),
        ("If you want to cancel or stop, call us.", ()),
        ("Bring info about your medicines. At the end a nurse calls.", ()),
        ("Responda 1 para confirmar. No hay que parar de comer.", ()),
        ("You can text us. Stop eating at midnight.", ()),
    ],
)
def test_it_finds_the_carriers_words_that_a_text_invites(text: str, invited: tuple[str, ...]) -> None:
    assert reserved_words(text) == invited
