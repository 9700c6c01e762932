"""What one run of the sending engine did, counted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """How many messages a run claimed, asked a provider to take, and ended or held without asking."""

    claimed: int = 0
    asked: int = 0
    expired: int = 0
    suppressed: int = 0
    failed: int = 0
    held: int = 0
    #: Whether something that is due was left when the run's time was up.
    unfinished: bool = False
