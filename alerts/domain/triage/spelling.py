"""What a misspelt, stretched, disguised or run-together word was meant to be, among the lexicon's words."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from alerts.domain.triage.lexicon import LEXICON

_RUNS = re.compile(r"(.)\1+")
_PARTS = re.compile(r"[a-z0-9]+")
_LONG_RUNS = re.compile(r"(.)\1{2,}")
_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"})
_SIGNS = str.maketrans({"@": "a", "$": "s", "!": "i", "|": "l", "+": "t", "*": "", "^": ""})
_ONE_AS_L = str.maketrans({"1": "l"})
#: Short words that may be part of words run together.
_LINKS = frozenset(
    {"i", "a", "my", "no", "to", "in", "is", "me", "mi", "la", "el", "de", "en", "se", "it", "so", "am", "on", "up"}
    | {"the", "can", "not", "los", "las", "mis", "and", "are", "sin", "con", "por", "que"}
    | {"of", "at", "le", "lo", "un", "al"}
)
_MAX_PIECES = 5
#: From this length on a word may differ in its first letter too.
_SURE_LENGTH = 6
_MAX_LENGTH = 32


def _by_start() -> dict[tuple[str, int], list[str]]:
    """The long words by first letter and length: of two slips the first letter is spared."""
    shelves: dict[tuple[str, int], list[str]] = {}
    for word in sorted(LEXICON.vocabulary):
        shelves.setdefault((word[0], len(word)), []).append(word)
    return shelves


def _one_less(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _by_deletion() -> dict[str, list[str]]:
    """Each word under itself and under what is left of it without one letter: two that are one slip apart meet."""
    found: dict[str, list[str]] = {}
    for word in sorted(LEXICON.vocabulary):
        if len(word) >= _SHORTEST:
            for form in {word, *_one_less(word)}:
                found.setdefault(form, []).append(word)
    return found


_SHORTEST, _LONG = 4, 8
_SHELVES = _by_start()
_DELETIONS = _by_deletion()
_TELLING = LEXICON.telling()


@lru_cache(maxsize=65536)
def meant(written: str) -> tuple[str, ...]:
    """The word or words that `written` stands for; itself where nothing better is known."""
    word = _possessive(written)
    if word in LEXICON.texting:
        return tuple(LEXICON.texting[word].split())
    if (
        len(word) > _SHORTEST
        and word.endswith("in")
        and word + "g" in LEXICON.vocabulary
        and word not in LEXICON.common
    ):
        return (word + "g",)
    if known(word):
        return (word,)
    for guess in _undisguised(word):
        if known(guess):
            return (guess,)
    if len(parts := _PARTS.findall(word)) > 1:
        return tuple(piece for part in parts for piece in meant(part))
    plain = next(iter(_undisguised(word)), word)
    if not plain.isalpha() or len(plain) > _MAX_LENGTH:
        return (plain,)
    close = nearest(plain, 1)
    if close:
        return tuple(LEXICON.texting.get(close, close).split())
    if pieces := apart(plain):
        return pieces
    return (nearest(plain, 2) or plain,)


def known(word: str) -> bool:
    """Whether it is a word as it stands: of the lexicon, or a common one that must not be bent into another."""
    return word in LEXICON.vocabulary or word in LEXICON.common or any(_beginnings(word))


@lru_cache(maxsize=65536)
def classes(word: str) -> frozenset[int]:
    """The classes that `word` belongs to, by itself or by how it begins."""
    found = set(LEXICON.words.get(word, ()))
    for beginning in _beginnings(word):
        found |= LEXICON.starts[beginning]
    return frozenset(found)


@lru_cache(maxsize=65536)
def apart(word: str, *, at_least: int = 6) -> tuple[str, ...] | None:
    """`word` cut into the words that were run together, where it is nothing but words and one of them is ours."""
    if len(word) < at_least:
        return None
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 14), end):
            before, piece = best[start], word[start:end]
            if before is None or len(before) >= _MAX_PIECES or not _is_piece(piece):
                continue
            kept = best[end]
            if kept is None or len(before) + 1 < len(kept):
                best[end] = (*before, piece)
    pieces = best[-1]
    if pieces is None or len(pieces) < 2 or not any(len(p) > 2 and p in LEXICON.vocabulary for p in pieces):
        return None
    return pieces


def nearest(word: str, reach: int) -> str | None:
    """The lexicon's word that is at most `reach` slips away: one from four letters on, two from eight."""
    allowed = min(reach, 0 if len(word) < _SHORTEST else 1 if len(word) < _LONG else 2)
    if not allowed:
        return None
    if allowed == 1:
        near = {close for form in (word, *_one_less(word)) for close in _DELETIONS.get(form, ())}
        found = [(choice, OSA.distance(word, choice, score_cutoff=1)) for choice in near]
    else:
        lengths = range(max(_SHORTEST, len(word) - allowed), len(word) + allowed + 1)
        shelf = [choice for size in lengths for choice in _SHELVES.get((word[0], size), ())]
        extracted = process.extract(word, shelf, scorer=OSA.distance, score_cutoff=allowed, limit=8)
        found = [(choice, int(distance)) for choice, distance, _ in extracted]
    ranked = sorted(
        (distance, choice[0] != word[0], choice not in _TELLING, choice[-1] != word[-1], choice)
        for choice, distance in found
        if distance <= allowed
    )
    for _, other_start, *_, choice in ranked:
        if not (other_start and len(word) < _SURE_LENGTH):
            return choice
    return None


def _is_piece(piece: str) -> bool:
    return piece in _LINKS or (len(piece) > 2 and (piece in LEXICON.vocabulary or piece in LEXICON.common))


def _possessive(written: str) -> str:
    if written.endswith("'s") and len(written) > 5 and written[:-2] not in ("that", "what", "there", "here", "where"):
        return written[:-2]
    return written.replace("'", "")


def _undisguised(word: str) -> list[str]:
    """`word` with digits and signs read as letters, and with stretched letters let go."""
    forms = [word]
    if not word.isalpha():
        signs = word.translate(_SIGNS)
        forms = [signs.translate(_LEET), signs.translate(_ONE_AS_L).translate(_LEET)]
    stretched = [form for form in forms if _LONG_RUNS.search(form)]
    for form in stretched:
        forms += [_LONG_RUNS.sub(r"\1\1", form), _LONG_RUNS.sub(r"\1", form), _RUNS.sub(r"\1", form)]
    return forms[1:] if stretched and len(forms) > 1 else forms


def _beginnings(word: str) -> list[str]:
    # The beginnings are Spanish ones: `confus*` is not to reach "confused", which has guards of its own.
    if word in LEXICON.only_english:
        return []
    return [word[:size] for size in range(2, len(word) + 1) if word[:size] in LEXICON.starts]
