"""Names as people have them: any script, and nothing that turns or hides the letters around it."""

from __future__ import annotations

import unicodedata

#: Characters that change the direction of what stands around them, or mark it, without being seen.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Not seen at all; the joiners (200C, 200D) are letters' own in Persian and in Indian scripts, and stay.
_UNSEEN = frozenset("\u00ad\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff")


def hidden_in(text: str) -> str:
    """The first character that nobody sees and that changes what is read around it, by its code; empty: none.

    Text in Arabic or Hebrew needs none of them: its letters know their own direction.
    """
    for character in text:
        if character in _TURNING or character in _UNSEEN or unicodedata.category(character) in ("Cc", "Cs", "Co"):
            return f"U+{ord(character):04X}"
    return ""
