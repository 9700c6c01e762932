"""The life of a wording: draft ─► reviewed ─► signed ─► active ─► retired, each step by somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class WordingState(StrEnum):
    """Where a version of a template stands; `WORDING_MOVES` says what may follow what."""

    DRAFT = "draft"  # being written; may still be changed
    REVIEWED = "reviewed"  # somebody else has read it; from here on its words stand
    SIGNED = "signed"  # a third answers for it
    ACTIVE = "active"  # what is sent
    RETIRED = "retired"  # was active, or was given up


#: The one table of allowed moves. What was reviewed and found wanting goes back to be written anew.
WORDING_MOVES: Mapping[WordingState, frozenset[WordingState]] = MappingProxyType(
    {
        WordingState.DRAFT: frozenset({WordingState.REVIEWED, WordingState.RETIRED}),
        WordingState.REVIEWED: frozenset({WordingState.SIGNED, WordingState.DRAFT, WordingState.RETIRED}),
        WordingState.SIGNED: frozenset({WordingState.ACTIVE, WordingState.RETIRED}),
        WordingState.ACTIVE: frozenset({WordingState.RETIRED}),
        # An older version may be taken up again as it was signed.
        WordingState.RETIRED: frozenset({WordingState.ACTIVE}),
    }
)
