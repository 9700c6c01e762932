"""A figure that leads to the rows behind it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """Words, a figure and an address. `presses`: any but zero wants somebody to look."""

    words: str
    figure: int | str
    address: str
    presses: bool = False

    @property
    def red(self) -> bool:
        """Whether it is to be seen at once."""
        return self.presses and bool(self.figure)
