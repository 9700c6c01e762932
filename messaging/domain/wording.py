"""Words with blanks in them: filling the blanks strictly, and what a text costs as SMS."""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from messaging.domain.gsm7 import EXTENSION, LOOK_ALIKES, alphabet
from messaging.domain.reserved import reserved_words


class WordingError(ValueError):
    """A template and its values do not fit; the message names the variable."""


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text weighs when it leaves as SMS."""

    encoding: str  # "GSM-7" or "UCS-2"
    characters: int  # septets, or UTF-16 code units
    count: int  # how many parts the carrier sends and bills
    forcing: tuple[str, ...]  # the characters outside GSM-7, each once, in order of appearance


def variables(text: str) -> tuple[str, ...]:
    """The names in braces, each once, in order of appearance; WordingError when a brace is malformed."""
    found: dict[str, None] = {}
    for _, name, spec, conversion in _parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise WordingError(f"{{{name}}} is not a plain name in braces")
        found[name] = None
    return tuple(found)


def fill(text: str, values: Mapping[str, object]) -> str:
    """`text` with every blank filled; WordingError naming each blank that `values` does not know.

    `values` may hold more than this text uses: languages of one template may differ in what they say.
    Values are put in as they are: braces inside a value stay braces.
    """
    unknown = [name for name in variables(text) if name not in values]
    if unknown:
        raise WordingError(f"no value for {', '.join(unknown)}")
    return "".join(literal + ("" if name is None else str(values[name])) for literal, name, _, _ in _parse(text))


def _parse(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(string.Formatter().parse(text))
    except ValueError as error:
        raise WordingError(f"braces do not match: {error}") from error


def segments(text: str) -> Segments:
    """How many parts `text` takes as SMS, in which alphabet, and which characters force the dearer one."""
    forcing = tuple(dict.fromkeys(c for c in text if c not in alphabet()))
    if forcing:
        widths = [2 if ord(c) > 0xFFFF else 1 for c in text]
        return Segments("UCS-2", sum(widths), _parts(widths, single=70, part=67), forcing)
    widths = [2 if c in EXTENSION else 1 for c in text]
    return Segments("GSM-7", sum(widths), _parts(widths, single=160, part=153), ())


def _parts(widths: list[int], *, single: int, part: int) -> int:
    if sum(widths) <= single:
        return 1 if widths else 0
    parts, room = 1, part
    for width in widths:
        # A pair (an escaped character, a surrogate pair) is never split across two parts.
        if width > room:
            parts, room = parts + 1, part
        room -= width
    return parts


def fold_to_gsm7(text: str) -> str:
    """`text` in the GSM-7 alphabet where look-alikes can bring it there; unchanged where they cannot.

    Only characters outside the alphabet change (á to a, curly quotes to straight ones). When an emoji
    would force the dearer alphabet anyway, nothing is gained and the accents stay.
    """
    folded = "".join(c if c in alphabet() else _look_alike(c) for c in unicodedata.normalize("NFC", text))
    return folded if all(c in alphabet() for c in folded) else text


def _look_alike(character: str) -> str:
    if character in LOOK_ALIKES:
        return LOOK_ALIKES[character]
    base = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return base if base and all(c in alphabet() for c in base) else character


__all__ = ["Segments", "WordingError", "fill", "fold_to_gsm7", "reserved_words", "segments", "variables"]
