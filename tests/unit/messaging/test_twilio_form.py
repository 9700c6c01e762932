"""What is asked of the carrier is spelt as any form is, whatever a text holds."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.channels.twilio_client_async import form

TEXTS = st.text(st.characters(codec="utf-8"), max_size=200)


@given(st.dictionaries(TEXTS, TEXTS | st.integers() | st.lists(TEXTS, max_size=4), max_size=6))
def test_it_is_spelt_as_the_standard_library_spells_it(fields: dict[str, object]) -> None:
    assert form(fields) == urlencode(fields, doseq=True).encode()


@pytest.mark.parametrize("text", ["mañana a las 9:30 👍", "a+b=c&d;e%20", "\r\n\t\x00", "~!*'()-_.", "", " "])
def test_what_is_read_from_it_is_what_was_written(text: str) -> None:
    assert parse_qsl(form({"Body": text, "To": "+1"}).decode(), keep_blank_values=True) == [
        ("Body", text),
        ("To", "+1"),
    ]


def test_what_no_form_can_hold_is_said_before_anything_is_asked() -> None:
    with pytest.raises(UnicodeEncodeError):
        form({"Body": "\ud83d"})
