"""Finding the lexicon's patterns among the words of a text: near each other, in the order written or in any order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations

from alerts.domain.triage.lexicon import LEXICON, Pattern
from alerts.domain.triage.plain import Token

Span = tuple[int, int]
#: How many places of one text one pattern may match; more would say nothing new.
_MOST = 24


@dataclass(eq=False, slots=True)
class Match:
    """A concept (or mark, or intent) found: on these stretches of words, first and last included."""

    concept: str
    spans: tuple[Span, ...]
    first: int = field(init=False)
    last: int = field(init=False)
    words: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        """Which words it stands on."""
        self.words = frozenset(at for first, last in self.spans for at in range(first, last + 1))
        self.first, self.last = min(self.words), max(self.words)


def find(tokens: Sequence[Token]) -> list[Match]:
    """Every match in the text."""
    hits = _hits(tokens)
    present = hits.keys()

    def meets(element: tuple[int, ...]) -> bool:
        return not present.isdisjoint(element)

    found: list[Match] = []
    seen: set[tuple[str, tuple[Span, ...]]] = set()
    for number in hits:
        for others, pattern in LEXICON.anchored.get(number, ()):
            if all(map(meets, others)):
                for spans in _places(pattern, hits, tokens):
                    if (key := (pattern.concept, spans)) not in seen:
                        seen.add(key)
                        found.append(Match(*key))
    return found


def _hits(tokens: Sequence[Token]) -> dict[int, list[Span]]:
    """Where each class stands: single words, and phrases of several."""
    hits: dict[int, list[Span]] = {}
    last = len(tokens) - 1
    for at, token in enumerate(tokens):
        for number in token.classes:
            hits.setdefault(number, []).append((at, at))
        if at == last or token.sentence != tokens[at + 1].sentence:
            continue
        if (following := LEXICON.phrases.get(token.word)) is None:
            continue
        for words, number in following.get(tokens[at + 1].word, ()):
            end = at + len(words) - 1
            if end > last or tokens[end].sentence != token.sentence:
                continue
            if all(tokens[at + i].word == words[i] for i in range(2, len(words))):
                hits.setdefault(number, []).append((at, end))
    return hits


def _places(pattern: Pattern, hits: dict[int, list[Span]], tokens: Sequence[Token]) -> Iterator[tuple[Span, ...]]:
    elements = [_element(element, hits) for element in pattern.elements]
    if len(elements) == 1:
        chains: Iterator[tuple[Span, ...]] = ((span,) for span in elements[0])
    elif pattern.free:
        chains = (chain for order in permutations(elements) for chain in _chains(order, pattern.gap, tokens))
    else:
        chains = _chains(elements, pattern.gap, tokens)
    count = 0
    for chain in chains:
        if pattern.guards and _guarded(pattern, chain, hits, tokens):
            continue
        yield tuple(sorted(chain))
        count += 1
        if count >= _MOST:
            return


def _element(numbers: tuple[int, ...], hits: dict[int, list[Span]]) -> list[Span]:
    if len(numbers) == 1:
        return hits.get(numbers[0], [])
    return sorted({span for number in numbers for span in hits.get(number, ())})


def _chains(elements: Sequence[list[Span]], gap: int, tokens: Sequence[Token]) -> Iterator[tuple[Span, ...]]:
    """For each place of the first element, the nearest way to go on through the others."""
    for span in elements[0]:
        if (rest := _onwards(elements, 1, span[1], gap, tokens)) is not None:
            yield (span, *rest)


def _onwards(
    elements: Sequence[list[Span]], number: int, last: int, gap: int, tokens: Sequence[Token]
) -> tuple[Span, ...] | None:
    if number == len(elements):
        return ()
    limit = tokens[last].place + gap + 1
    for span in elements[number]:
        if span[0] <= last:
            continue
        if tokens[span[0]].place > limit:
            return None
        if (rest := _onwards(elements, number + 1, span[1], gap, tokens)) is not None:
            return (span, *rest)
    return None


def _guarded(pattern: Pattern, chain: Sequence[Span], hits: dict[int, list[Span]], tokens: Sequence[Token]) -> bool:
    """Whether a word stands there that makes it mean something else."""
    first, last = min(span[0] for span in chain), max(span[1] for span in chain)
    low, high = tokens[first].place - 3, tokens[last].place + 3
    inside = {at for span in chain for at in range(span[0], span[1] + 1)}
    return any(
        low <= tokens[at].place <= high and at not in inside
        for number in pattern.guards
        for at, _ in hits.get(number, ())
    )
