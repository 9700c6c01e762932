"""How much a text that no sign explains resembles red flags as patients write them; it can only raise a doubt.

The signs of the lexicon decide first. Where none of them pages, the words left over are weighed: each word, each pair
of neighbours and each pair of word classes near each other has a weight, fitted to labelled texts by
`tests/support/triage_likeness.py`. A text past the limit is read as `likely.<kind>`, on the words that weighed most.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from alerts.domain.triage.lexicon import LEXICON
from alerts.domain.triage.plain import Token
from alerts.domain.triage.values import Evidence, Stance

FILE = Path(__file__).resolve().parents[2] / "lexicon" / "likeness.json"
#: Pairs of classes count up to this many words apart.
APART = 3
#: Longer texts are weighed piece by piece: a sum over many words says nothing.
PIECE = 40
#: How many of the heaviest words are shown.
_SHOWN = 3
#: Classes that only decide who reads a text.
_UNWEIGHED = frozenset({"@everyday", "@unwell", "@cry"})
_NAMES = {number: name for name, number in LEXICON.classes.items() if name[0] == "@" and name not in _UNWEIGHED}


@dataclass(frozen=True, slots=True)
class Likeness:
    """The fitted weights. `kinds`: by word or class, how much it speaks for each kind of red flag."""

    bias: float = 0.0
    limit: float = 9e9
    doubt: float = 9e9
    weights: dict[str, float] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    leanings: dict[str, list[float]] = field(default_factory=dict)


def load(file: Path = FILE) -> Likeness:
    """Read the weights."""
    content = json.loads(file.read_text(encoding="utf-8"))
    return Likeness(**{**content, "kinds": tuple(content["kinds"])})


def features(tokens: Sequence[Token]) -> Iterator[tuple[int, str]]:
    """What is weighed, each with the place of the word it starts on."""
    names = [_word(token) for token in tokens]
    classes = [_classes(token.classes) for token in tokens]
    for at, name in enumerate(names):
        yield at, name
    for at, (name, following) in enumerate(pairwise(names)):
        yield at, f"{name} {following}"
    for at, here in enumerate(classes):
        for name in here:
            yield at, name
            for there in classes[at + 1 : at + 1 + APART]:
                for other in there:
                    yield at, name + other


def weigh(text: str, tokens: Sequence[Token], *, more: float = 0.0) -> tuple[bool, Evidence | None]:
    """Whether the heaviest piece of `text` raises a doubt, and, past the limit and `more`, the sign it amounts to."""
    heaviest, place = LIKENESS.bias, 0
    for start in range(0, len(tokens), PIECE):
        weight = _weight(tokens[start : start + PIECE])
        if weight > heaviest or not start:
            heaviest, place = weight, start
    if not tokens or heaviest <= LIKENESS.limit + more:
        return heaviest > LIKENESS.doubt, None
    return True, _sign(text, tokens[place : place + PIECE])


def _weight(tokens: Sequence[Token]) -> float:
    weights = LIKENESS.weights
    return LIKENESS.bias + sum(weights.get(name, 0.0) for name in {name for _, name in features(tokens)})


def _sign(text: str, tokens: Sequence[Token]) -> Evidence:
    pull = [0.0] * len(tokens)
    sums = [0.0] * len(LIKENESS.kinds)
    seen: set[str] = set()
    for at, name in features(tokens):
        pull[at] += LIKENESS.weights.get(name, 0.0)
        if name not in seen and (leaning := LIKENESS.leanings.get(name)):
            sums = [total + part for total, part in zip(sums, leaning, strict=True)]
        seen.add(name)
    shown = sorted(range(len(tokens)), key=lambda at: -pull[at])[:_SHOWN]
    start, end = tokens[min(shown)].start, tokens[max(shown)].end
    kind = LIKENESS.kinds[max(range(len(sums)), key=sums.__getitem__)]
    return Evidence(f"likely.{kind}", text[start:end], start, end, Stance.ASSERTED)


def _word(token: Token) -> str:
    return "#" if token.value is not None else token.word


@lru_cache(maxsize=8192)
def _classes(numbers: frozenset[int]) -> tuple[str, ...]:
    return tuple(sorted(_NAMES[number] for number in numbers if number in _NAMES))


LIKENESS = load() if FILE.exists() else Likeness()
#: What a text may be read as by its weight alone.
CONCEPTS = frozenset(f"likely.{kind}" for kind in LIKENESS.kinds)
