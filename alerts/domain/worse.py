"""Whether a second report of the same thing is worse than what is known."""

from __future__ import annotations

from collections.abc import Collection

from alerts.domain.triage import Fired, Stance
from alerts.domain.words import Tier

#: Words by which a person says that it has got worse.
WORSENING = frozenset({"worse", "sudden"})


def is_worse(tier: Tier, known: Collection[str], fired: Fired) -> bool:
    """More urgent than before, a symptom that was not reported yet, or the same one said to be worse.

    `known` are the concepts of earlier reports. In doubt it is worse: a nurse who is on her way is
    better paged twice than told nothing.
    """
    standing = [piece for piece in fired.evidence if piece.stance is Stance.ASSERTED]
    return (
        fired.tier.rank < tier.rank
        or any(piece.concept not in known for piece in standing)
        or any(piece.qualifiers & WORSENING for piece in standing)
    )
