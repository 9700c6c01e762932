"""What one look of the watchdog came to: troubles to shout about, and what it has mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong that the watchdog could not mend. `key` makes it the same trouble in the next round."""

    key: str
    words: str
    grave: bool = True


@dataclass(frozen=True, slots=True)
class Look:
    """One look: what is wrong, and how much was overdue and has been done."""

    troubles: tuple[Trouble, ...] = ()
    mended: int = 0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at, and how many seconds may pass between two looks. `look` may mend what it finds."""

    name: str
    look: Callable[[Clock], Look]
    every: float = 0.0
