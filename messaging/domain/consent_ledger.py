"""What the entries of one address in the consent ledger add up to: who may be written to, and which STOP stands.

A word about everything counts for each purpose. Entries are given oldest first, the later of one moment last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from messaging.domain.delivery import CONSENT_PURPOSES, EVERYTHING, Purpose

#: How a person's own word reaches the ledger, and which of these silence the carrier too.
OWN_WORD = frozenset({"text", "carrier", "page", "mail"})
BY_PHONE = frozenset({"text", "carrier"})
#: What we write of our own accord; before the word about everything, a STOP was written down once for each of these.
_OF_OUR_OWN_ACCORD = (Purpose.REMINDERS, Purpose.WARNINGS)


class Said(Protocol):
    """One yes or no."""

    @property
    def purpose(self) -> str: ...
    @property
    def granted(self) -> bool: ...
    @property
    def source(self) -> str: ...


_Entry = TypeVar("_Entry", bound=Said)


def standing(entries: Sequence[_Entry], purpose: str) -> _Entry | None:
    """The entry that decides about `purpose`; None: nothing was ever said."""
    return next((entry for entry in reversed(entries) if entry.purpose in (purpose, EVERYTHING)), None)


def is_stop(entry: Said) -> bool:
    """Whether the address itself said no to everything that we write of our own accord."""
    if entry.granted or entry.source not in OWN_WORD:
        return False
    return entry.purpose == EVERYTHING or (entry.source in BY_PHONE and entry.purpose in _OF_OUR_OWN_ACCORD)


def stop_of(entries: Sequence[_Entry]) -> _Entry | None:
    """The STOP that stands: the first entry of it. None: there is none, or a later yes has taken it back.

    A STOP from the phone silences the carrier too, which hears of a START from the phone only; hence a part of
    what it said no to, agreed to on paper, does not take it back.
    """
    stop: _Entry | None = None
    for entry in entries:
        if is_stop(entry):
            # What the carrier knows of too weighs more than what was said on a page.
            stop = entry if stop is None or (entry.source in BY_PHONE) > (stop.source in BY_PHONE) else stop
        elif stop is not None and entry.granted and entry.source in (BY_PHONE if stop.source in BY_PHONE else OWN_WORD):
            stop = None
    if stop is None or all(said.granted for purpose in _OF_OUR_OWN_ACCORD if (said := standing(entries, purpose))):
        return None
    return stop


def given_back(entries: Sequence[Said]) -> list[str]:
    """What a START gives back: what had been agreed to before the STOP, and nothing else."""
    back: list[str] = []
    words = set()
    for purpose in CONSENT_PURPOSES:
        about = [entry for entry in entries if entry.purpose in (purpose, EVERYTHING)]
        before = list(about)
        while before and _is_taken_back(before[-1]):
            before.pop()
        if len(before) < len(about) and before and before[-1].granted:
            back.append(purpose.value)
            words.add(before[-1].purpose)
    return [EVERYTHING] if len(back) == len(CONSENT_PURPOSES) and words == {EVERYTHING} else back


def _is_taken_back(entry: Said) -> bool:
    # "Stop everything", told to staff, is a STOP too; a no to one purpose is a choice that a START leaves alone.
    return is_stop(entry) or (not entry.granted and entry.purpose == EVERYTHING)
