"""A text made fit for reading its words: lower case, no accents, emoji as words; stops and commas still there."""

from __future__ import annotations

import re
import unicodedata

from messaging.domain.answer_words import EMOJI

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\ufe0f\U0001f3fb-\U0001f3ff]")
_TITLE = re.compile(r"\b(mr|mrs|ms|dr|dra|sr|sra)\.")
_MERIDIAN = re.compile(r"\b([ap])\. ?m\b\.?")
_STRETCHED = re.compile(r"([a-z])\1{2,}")


def folded(text: str) -> str:
    """Lower case, no accents, emoji as words; commas and stops still there."""
    for pattern, word in EMOJI:
        text = pattern.sub(word, _INVISIBLE.sub("", text))
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    letters = re.sub("['\u2019\u2018\u00b4`\"]", "", letters)
    letters = _TITLE.sub(r"\1", letters)
    return _MERIDIAN.sub(r"\1m ", _STRETCHED.sub(r"\1", letters)).strip()


def is_strange(character: str) -> bool:
    """A letter of another alphabet, or a picture that is none of those known: what it says, a person must see."""
    if character.isascii():
        return False
    return character.isalpha() or unicodedata.category(character) == "So"
