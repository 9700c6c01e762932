"""A text as plain words: folded, joined and cut as its writer meant them, each with its place in the original."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from alerts.domain.triage import spelling
from alerts.domain.triage.lexicon import LEXICON

#: How far apart two words on either side of a mark stand, beyond being neighbours.
SOFT, HARD = 1, 30
_TOKEN = re.compile(
    r"(?P<score>\d+(?:\.\d+)? ?/ ?\d+)(?![\d/])"
    r"|(?P<clock>\d+(?:[:/]\d+)+)"
    r"|(?P<number>\d+(?:[.,']\d+)?)(?=[a-z]{0,12}(?![a-z0-9@$]))"
    r"|(?P<word>[a-z0-9@$]+(?:['*!|+^]+[a-z0-9@$]+)*)"
)
_LETTER_O = re.compile(r"(?<=\d)o(?=[\d.])")
_LONGEST_NUMBER = 8
#: Letters that are joined at most; and how many of the letters of a run are tried as the first of a word.
_LONGEST_SPELT, _MOST_STARTS = 24, 4
_TO = LEXICON.class_of("@before_to")
_WITH_NUMBER = re.compile(r"([a-z]{3,})(\d{2,3})")
_ABBREVIATED = frozenset({"dr", "dra", "mr", "mrs", "ms", "sr", "sra", "st", "apt", "tel", "approx", "temp"})
#: A sentence of one word is a pause in a halting one ("can't. feel. my. legs."), unless it is an answer.
_ANSWERS = frozenset({"no", "nope", "nah", "nop", "yes", "yeah", "yep", "si", "ok", "okay"})
_ENDS = re.compile(r"(?<!\.)\.(?!\.)|[!?;\n\r\u2028]")
_PAUSES = re.compile(r"[,:()\[\]]|\.\.|\s[-–—]+\s|[–—]|\s[-/]|<[^>]{0,40}>")


@dataclass(frozen=True, slots=True)
class Token:
    """One word. `place` counts words, with more between those that a mark parts; `start`, `end`: in the original."""

    word: str
    start: int
    end: int
    place: int
    sentence: int
    soft: bool
    value: float | None
    classes: frozenset[int]


@dataclass(slots=True)
class Plain:
    """The whole text: its words, and which of its sentences ask."""

    tokens: list[Token]
    asking: frozenset[int]
    foreign: bool


@dataclass(slots=True)
class _Piece:
    word: str
    start: int
    end: int
    value: float | None = None


def read_plain(text: str) -> Plain:
    """The words of `text`."""
    flat, origin = _flatten(text)
    pieces = list(_spelled(list(_merged(_pieces(flat))), flat))
    tokens: list[Token] = []
    asking: set[int] = set()
    place = sentence = last = 0
    length = 1
    for number, piece in enumerate(pieces):
        between = flat[last : piece.start] if piece.start > last else ""
        soft = False
        if number:
            ends = _is_hard(between, pieces[number - 1].word)
            if ends and "?" in between:
                asking.add(sentence)
            # A word that is a sentence by itself belongs to the next: "can't. feel. my. legs."
            hard = ends and (length > 1 or pieces[number - 1].word in _ANSWERS)
            soft = not hard and (ends or bool(_PAUSES.search(between)))
            length = 1 if hard else length + 1
            sentence += hard
            place += 1 + HARD * hard + SOFT * soft
        last = max(last, piece.end)
        start, end = origin[piece.start], origin[piece.end - 1] + 1
        tokens.append(Token(piece.word, start, end, place, sentence, soft, piece.value, spelling.classes(piece.word)))
    if "?" in flat[last:]:
        asking.add(sentence)
    return Plain(
        tokens, frozenset(asking), any(c.isalpha() and c > "\u024f" for c in flat) if not text.isascii() else False
    )


@lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    if said := LEXICON.emoji.get(character):
        return f" {said} "
    if character in "¿¡":
        return ";" if character == "¿" else " "
    if character in "°º":
        return " degrees "
    if character in "‘’´ʼ":
        return "'"
    letters = []
    for part in unicodedata.normalize("NFKD", LEXICON.homoglyphs.get(character, character)):
        if unicodedata.category(part) in ("Mn", "Me", "Cf") or part == "\x00":
            continue
        small = part.casefold()
        letters.append(LEXICON.homoglyphs.get(small, small))
    return "".join(letters)


def _flatten(text: str) -> tuple[str, Sequence[int]]:
    """`text` folded, and for each of its characters the place of the original one."""
    if text.isascii():
        return text.replace("\x00", "\x01").replace("`", "'").lower(), range(len(text))
    parts: list[str] = []
    origin: list[int] = []
    for place, character in enumerate(text):
        folded = character.lower() if character.isascii() and character != "\x00" else _fold(character)
        parts.append(folded)
        origin.extend([place] * len(folded))
    return "".join(parts), origin


def _pieces(flat: str) -> Iterator[_Piece]:
    for found in _TOKEN.finditer(_LETTER_O.sub("0", flat)):
        kind, written = found.lastgroup, found.group()
        if kind == "number":
            value = float(re.sub("[,']", ".", written)) if len(written) <= _LONGEST_NUMBER else None
            yield _Piece(written, found.start(), found.end(), value)
        else:
            yield _Piece(written, found.start(), found.end())


def _spelled(pieces: list[_Piece], flat: str) -> Iterator[_Piece]:
    """Letters that were written one by one joined; every word as it was meant."""
    at = tries = 0
    while at < len(pieces):
        piece = pieces[at]
        if piece.end - piece.start > 1:
            tries = 0
        elif tries < _MOST_STARTS and (joined := _letters(pieces, at, flat)):
            count, words = joined
            for word in words:
                yield _Piece(word, piece.start, pieces[at + count - 1].end)
            at += count
            tries = 0
            continue
        else:
            tries += 1
        at += 1
        if piece.word == "2" and at < len(pieces) and at > 1 and _TO in spelling.classes(pieces[at - 2].word):
            piece.word, piece.value = "to", None
        if piece.value is not None or not (piece.word.isalpha() or any(c.isalpha() for c in piece.word)):
            yield piece
            continue
        if (numbered := _WITH_NUMBER.fullmatch(piece.word)) and spelling.known(numbered[1]):
            cut = piece.start + len(numbered[1])
            yield _Piece(numbered[1], piece.start, cut)
            yield _Piece(numbered[2], cut, piece.end, float(numbered[2]))
            continue
        for word in spelling.meant(piece.word):
            yield _Piece(word, piece.start, piece.end)


def _letters(pieces: list[_Piece], at: int, flat: str) -> tuple[int, tuple[str, ...]] | None:
    """How many single letters from `at` on spell something, and what."""
    end = at
    while end < min(len(pieces), at + _LONGEST_SPELT) and pieces[end].end - pieces[end].start == 1:
        if end > at and (
            pieces[end].start - pieces[end - 1].end > 3 or "\n" in flat[pieces[end - 1].end : pieces[end].start]
        ):
            break
        end += 1
    if end - at < 3:
        return None
    for stop in range(end, at + 2, -1):
        word = "".join(piece.word for piece in pieces[at:stop])
        if word.isdigit():
            continue
        meant = spelling.meant(word)
        if len(word) > 2 and (all(spelling.known(part) for part in meant) and (len(meant) > 1 or len(meant[0]) > 2)):
            return stop - at, meant
        if whole := spelling.apart(word, at_least=4):
            return stop - at, whole
    return None


def _merged(pieces: Iterator[_Piece]) -> Iterator[_Piece]:
    """Two neighbours of which one is no word joined, where together they are one."""
    held: _Piece | None = None
    for piece in pieces:
        if held is not None:
            both = held.word + piece.word
            if (
                piece.start - held.end in (0, 1)
                and 4 <= len(both) <= 14
                and both in LEXICON.vocabulary
                and not (_is_word(held.word) and _is_word(piece.word))
            ):
                held = _Piece(both, held.start, piece.end)
                continue
            yield held
        held = piece
    if held is not None:
        yield held


def _is_word(word: str) -> bool:
    if len(word) == 1:
        return word in "aioy"
    return word in LEXICON.vocabulary or word in LEXICON.common


def _is_hard(between: str, before: str) -> bool:
    if not between or between == " ":
        return False
    if not _ENDS.search(between):
        return False
    return not (between.startswith(".") and between.count("\n") == 0 and (before in _ABBREVIATED or len(before) == 1))
