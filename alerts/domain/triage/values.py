"""What a reading of a text is made of: where each sign stands, how it is meant, and which rules fired on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from alerts.domain.words import Condition, Tier


class Stance(StrEnum):
    """How a sign is meant. Only the asserted fire rules; all others still reach a person."""

    ASSERTED = "asserted"
    NEGATED = "negated"
    PAST = "past"
    HYPOTHETICAL = "hypothetical"
    QUESTION = "question"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the patient beside the text."""

    spine_metastases: bool = False
    days_since_denosumab: int | None = None
    days_since_bisphosphonate: int | None = None
    days_since_gnrh_start: int | None = None
    language: str = ""

    def facts(self) -> frozenset[str]:
        """The facts that a trigger may need."""
        return frozenset(
            name
            for name, holds in {
                "spine_metastases": self.spine_metastases,
                "denosumab_60d": _within(self.days_since_denosumab, 60),
                "bisphosphonate_3d": _within(self.days_since_bisphosphonate, 3),
                "gnrh_start_28d": _within(self.days_since_gnrh_start, 28),
            }.items()
            if holds
        )


def _within(days: int | None, limit: int) -> bool:
    return days is not None and 0 <= days <= limit


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sign found: its words as written, from `start` to `end` of the text."""

    concept: str
    words: str
    start: int
    end: int
    stance: Stance
    qualifiers: frozenset[str] = frozenset()
    celsius: float | None = None

    @property
    def standing(self) -> bool:
        """Whether it is reported as so, now, of the patient."""
        return self.stance is Stance.ASSERTED


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that fired, and on what."""

    rule: str
    condition: Condition
    tier: Tier
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text came to. `review`: a person should read it though nobody is paged; `why` tells a nurse."""

    fired: tuple[Fired, ...]
    evidence: tuple[Evidence, ...]
    intents: frozenset[str]
    review: bool
    why: str

    @property
    def tier(self) -> Tier | None:
        """The most urgent tier that fired."""
        return min((fired.tier for fired in self.fired), key=lambda tier: tier.rank, default=None)

    @property
    def page(self) -> bool:
        """Whether a nurse is paged now."""
        return self.tier is not None and self.tier.pages
