"""Text that came from outside, made fit for storing and for comparing."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")


def storable(text: str) -> str:
    """`text` without what a database cannot hold: NUL, and surrogates that have lost their other half."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def words(text: str) -> str:
    """`text` for comparing: lower case, no accents, no punctuation, words one blank apart."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFKD", text).casefold())
    letters = "".join(c for c in visible if not unicodedata.combining(c))
    # An apostrophe belongs to its word: "don't" and "dont" are one.
    return " ".join(re.findall(r"[^\W_]+", re.sub("['’‘´`]", "", letters)))
