"""The mark in front of what is sent again although nobody knows whether it has been sent before."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_MARKS: Mapping[str, str] = MappingProxyType({"en": "(repeat) ", "es": "(repetido) "})


def marked(text: str, language: str, *, longest: int) -> str:
    """`text` with the mark of `language`, once. Where there is no room it stays as it is: what a text says at its
    end (a code, a number to call) is worth more than the mark.
    """
    mark = _MARKS.get(language.partition("-")[0], _MARKS["en"])
    if unmarked(text) != text or len(mark) + len(text) > longest:
        return text
    return mark + text


def unmarked(text: str) -> str:
    """`text` as it was sent the first time."""
    for mark in _MARKS.values():
        if text.startswith(mark):
            return text[len(mark) :]
    return text
