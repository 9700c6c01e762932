"""A text as a scene: its words, the signs in it, and the marks that colour them; cut where somebody starts afresh."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from alerts.domain.triage.lexicon import LEXICON
from alerts.domain.triage.patterns import Match
from alerts.domain.triage.plain import Plain

#: How the name of a sign ends that is a body part with nothing said of it.
UNCLEAR = ".unclear"
_SUBJECTS = LEXICON.class_of("@subject")
_LINKS = LEXICON.class_of("@and")
_CONTRAST = LEXICON.class_of("@contrast")
#: A word that is part of a longer expression does not speak for itself: the mark, and what swallows it.
_SWALLOWED = (
    ("worse", "chronic"),
    ("new", "chronic"),
    ("severe", "chronic"),
    ("current", "past"),
    ("current", "resolved"),
    ("negator", "neutral"),
    ("negator", "chronic"),
    ("negator", "worse"),
    ("negator", "severe"),
    ("negator", "hypothetical"),
    ("resolved", "recurring"),
    ("mild", "neutral"),
    ("negator", "resolved"),
    ("recurring", "resolved"),
)


@dataclass(slots=True)
class Scene:
    """A text's words with everything that colours them, by mark."""

    plain: Plain
    marks: dict[str, list[Match]]
    signs: list[Match]
    segments: list[int] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Cut the text: groups end where a contrast begins, segments also where somebody starts afresh."""
        segment = group = 0
        self.taken = {at for sign in self.signs if not sign.concept.endswith(UNCLEAR) for at in sign.words}
        tokens = self.plain.tokens
        for at, token in enumerate(tokens):
            if (at and token.sentence != tokens[at - 1].sentence) or _CONTRAST in token.classes:
                segment, group = segment + 1, group + 1
            elif at and _SUBJECTS in token.classes and (token.soft or _LINKS in tokens[at - 1].classes):
                segment += 1
            self.segments.append(segment)
            self.groups.append(group)
        for smaller, larger in _SWALLOWED:
            covered = {at for match in self.of(larger) for at in range(match.first, match.last + 1)}
            self.marks[smaller] = [match for match in self.of(smaller) if not match.words <= covered]
        self.marks["resolved"] = [mark for mark in self.of("resolved") if not self._undone(mark)]

    def _undone(self, mark: Match) -> bool:
        """Whether a "not" right before it turns it round: "hasn't improved"."""
        return any(0 < mark.first - no.last <= 2 for no in self.of("negator"))

    def of(self, mark: str) -> Iterable[Match]:
        """Where the mark stands."""
        return self.marks.get(mark, ())
