"""Knows how luck is drawn: the same seed, question and turn always give the same answer."""

from __future__ import annotations

from hashlib import sha256


def happens(percent: int, *, seed: int, serial: int, what: str) -> bool:
    """Whether an event of `percent` probability strikes turn `serial`. 0 never strikes, 100 always does."""
    if percent <= 0:
        return False
    digest = sha256(f"{seed}:{serial}:{what}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 10_000 < percent * 100
