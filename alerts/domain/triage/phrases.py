"""The clinic's own phrases, found through the same folding and with the same tolerance for slips as the lexicon."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from alerts.domain.rules import Rule
from alerts.domain.triage.patterns import Match
from alerts.domain.triage.plain import Token, read_plain

#: How many other words may stand between two words of a phrase.
_GAP = 2


def concept(rule: Rule) -> str:
    """The name under which a rule's own phrases are found."""
    return f"phrase:{rule.code}"


def find(tokens: Sequence[Token], rules: Sequence[Rule]) -> dict[str, list[Match]]:
    """Where the phrases of each rule stand, by the name of their concept."""
    found: dict[str, list[Match]] = {}
    for rule in rules:
        for phrases in rule.phrases.values():
            for phrase in phrases:
                for match in _places(concept(rule), _words(phrase), tokens):
                    found.setdefault(match.concept, []).append(match)
    return found


@lru_cache(maxsize=4096)
def _words(phrase: str) -> tuple[str, ...]:
    return tuple(token.word for token in read_plain(phrase).tokens)


def _places(name: str, words: Sequence[str], tokens: Sequence[Token]) -> list[Match]:
    places = []
    for at, token in enumerate(tokens):
        if words and _same(words[0], token.word) and (spans := _onwards(words, at, tokens)):
            places.append(Match(name, spans))
    return places


def _onwards(words: Sequence[str], at: int, tokens: Sequence[Token]) -> tuple[tuple[int, int], ...] | None:
    spans = [(at, at)]
    for word in words[1:]:
        limit = tokens[at].place + _GAP + 1
        follow = at + 1
        while follow < len(tokens) and tokens[follow].place <= limit and not _same(word, tokens[follow].word):
            follow += 1
        if follow >= len(tokens) or tokens[follow].place > limit:
            return None
        at = follow
        spans.append((at, at))
    return tuple(spans)


def _same(wanted: str, written: str) -> bool:
    if wanted == written:
        return True
    reach = 0 if len(wanted) < 5 else 1 if len(wanted) < 8 else 2
    return (
        bool(reach)
        and abs(len(wanted) - len(written)) <= reach
        and OSA.distance(wanted, written, score_cutoff=reach) <= reach
    )
