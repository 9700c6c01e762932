"""How plain modules speak to staff in their language: the edge installs who translates, so no decision knows Django.

`from staff.domain.tongue import gettext as _, ngettext, N_`: the extractor of `make locale` finds the words by these
names. Until something is installed (unit tests, imports) everything is said in English, as it is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _as_written(message: str) -> str:
    return message


def _one_or_many(one: str, many: str, number: int) -> str:
    return one if number == 1 else many


@dataclass(slots=True)
class _Tongue:
    say: Callable[[str], str] = _as_written
    count: Callable[[str, str, int], str] = _one_or_many


_tongue = _Tongue()


def install(say: Callable[[str], str], count: Callable[[str, str, int], str]) -> None:
    """Who translates from now on: one message, and one that goes with a number."""
    _tongue.say, _tongue.count = say, count


def gettext(message: str) -> str:
    """`message` in the language of whoever is looking."""
    return _tongue.say(message)


def ngettext(one: str, many: str, number: int) -> str:
    """The form that goes with `number`, in the language of whoever is looking."""
    return _tongue.count(one, many, number)


def N_(message: str) -> str:  # the name by which gettext tools know it
    """Marks words of a table; whoever shows them passes them through `gettext`."""
    return message
