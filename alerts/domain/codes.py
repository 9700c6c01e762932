"""The codes by which nurses answer: which there are, how one is recognised in a reply, and how one is read aloud.

Four characters such as K7Q4, at least one letter and one digit, so that no code is a word or a time of day.
The last one is a check: each character's place in the alphabet, times 1, 2, 3, 4, adds up to a multiple of 19.
Since 19 is a prime, a code with one wrong character, or with two that changed places, is never another code.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

#: No vowels (no words), and neither of two that are mistaken for one another: 0/O/Q, 1/I/L, 2/Z, 5/S, 6/G, 8/B, U/V.
LETTERS = "CDFHJKMNPRTWXY"
DIGITS = "34679"
ALPHABET = LETTERS + DIGITS
LENGTH = 4

_PLACE = {character: place for place, character in enumerate(ALPHABET)}
_PRIME = len(ALPHABET)
# Times 5 undoes times 4, counted by 19.
_UNDO_LAST = 5
#: What is typed for a character of the alphabet, and is no character of it.
_LOOK_ALIKES = str.maketrans("GQ" + "СНКМРТХУ" + "ΗΚΜΝΡΤΧΥ", "69" + "CHKMPTXY" + "HKMNPTXY")
_TOKEN = re.compile(r"[A-Z0-9]+")
_GAP = re.compile(r"[ .\-–—_]{1,3}")
#: Commands that are written without a blank before the code: "NOK7W4".
_GLUED = re.compile(r"(?P<word>OK|NO|ER|YES|YO|SI)(?P<code>[A-Z0-9]{4})")
#: Amounts and times that look as a mistyped code does: 10mg, 39C, 5pm, 2nd.
_MEASURE = re.compile(r"\d+(?:MG|MCG|ML|KG|G|C|F|AM|PM|H|HRS?|MINS?|S|SEC|ST|ND|RD|TH|X|D)")


@dataclass(frozen=True, slots=True)
class Found:
    """The codes in a reply, what looks like a mistyped one, and the words around them."""

    codes: tuple[str, ...]
    broken: tuple[str, ...]
    words: str


def make(chance: random.Random) -> str:
    """A code, drawn by `chance`."""
    while True:
        free = [chance.choice(ALPHABET) for _ in range(LENGTH - 1)]
        code = "".join(free) + _check_character(free)
        if valid(code):
            return code


def valid(code: str) -> bool:
    """Whether `code`, in capitals, is one that make() could have drawn."""
    return (
        len(code) == LENGTH
        and all(character in _PLACE for character in code)
        and any(character in LETTERS for character in code)
        and any(character in DIGITS for character in code)
        and sum(weight * _PLACE[character] for weight, character in enumerate(code, start=1)) % _PRIME == 0
    )


def find(text: str) -> list[str]:
    """Every code in `text`, each once, in order of appearance; however it was written."""
    return list(read(text).codes)


def read(text: str) -> Found:
    """The codes in `text`, and the rest of it. Small letters, blanks, dots and dashes inside a code do not matter."""
    # Folded in both directions, since some letters grow when they are made capital.
    plain = unicodedata.normalize("NFKC", text).upper()
    plain = _GLUED.sub(_cut_apart, plain)
    seen = plain.translate(_LOOK_ALIKES)
    tokens = list(_TOKEN.finditer(seen))
    codes: list[str] = []
    broken: list[str] = []
    rest = list(plain)
    for start, end, code in _spans(seen, tokens):
        codes.append(code)
        rest[start:end] = " " * (end - start)
    for token in tokens:
        written = plain[token.start() : token.end()]
        if "".join(rest[token.start() : token.end()]).strip() and _looks_mistyped(written):
            broken.append(written)
            rest[token.start() : token.end()] = " " * (token.end() - token.start())
    return Found(tuple(dict.fromkeys(codes)), tuple(dict.fromkeys(broken)), "".join(rest))


def spelled(code: str) -> str:
    """`code` as it is read aloud, one character at a time."""
    return ", ".join(code)


def _check_character(free: list[str]) -> str:
    total = sum(weight * _PLACE[character] for weight, character in enumerate(free, start=1))
    return ALPHABET[-total * _UNDO_LAST % _PRIME]


def _spans(text: str, tokens: list[re.Match[str]]) -> Iterator[tuple[int, int, str]]:
    """Runs of whole tokens that make up a code."""
    first = 0
    while first < len(tokens):
        last, joined = first, tokens[first].group()
        while len(joined) < LENGTH and last + 1 < len(tokens):
            if not _GAP.fullmatch(text, tokens[last].end(), tokens[last + 1].start()):
                break
            last += 1
            joined += tokens[last].group()
        if valid(joined):
            yield tokens[first].start(), tokens[last].end(), joined
            first = last + 1
        else:
            first += 1


def _looks_mistyped(token: str) -> bool:
    if len(token) == LENGTH and not token.isdigit() and all(character in _PLACE for character in token):
        return True
    mixed = any(c.isdigit() for c in token) and any(c.isalpha() for c in token)
    return mixed and LENGTH - 1 <= len(token) <= LENGTH + 1 and not _MEASURE.fullmatch(token)


def _cut_apart(glued: re.Match[str]) -> str:
    code = glued["code"]
    return f"{glued['word']} {code}" if valid(code.translate(_LOOK_ALIKES)) else glued.group()
