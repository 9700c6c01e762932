"""The mark of what is sent again without proof."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.domain.repeat import marked, unmarked


@pytest.mark.parametrize(
    ("language", "mark"), [("en", "(repeat) "), ("es", "(repetido) "), ("es-mx", "(repetido) "), ("vi", "(repeat) ")]
)
def test_it_stands_in_front_in_the_readers_language(language: str, mark: str) -> None:
    assert marked("RED FLAG. Reply 4711.", language, longest=1600) == f"{mark}RED FLAG. Reply 4711."


@given(st.text(max_size=40), st.sampled_from(["en", "es"]), st.integers(0, 60))
def test_it_stands_there_once_and_comes_off_again(text: str, language: str, longest: int) -> None:
    text = unmarked(text)
    once = marked(text, language, longest=longest)
    if once != text:
        assert marked(once, "en", longest=longest) == once
    assert unmarked(once) == text
    assert len(once) <= max(longest, len(text))


def test_where_there_is_no_room_the_end_of_the_text_is_worth_more() -> None:
    assert marked("x" * 1595, "en", longest=1600) == "x" * 1595
    assert len(marked("x" * 1591, "en", longest=1600)) == 1600
