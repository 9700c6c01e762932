"""Which languages the product speaks: those that its wordings are written in. Adding one is adding files."""

from __future__ import annotations

import re
from pathlib import Path

from babel import Locale, UnknownLocaleError

_FILE = re.compile(r"(?P<name>[a-z0-9_]+)\.(?P<language>[a-z]{2,3}(?:-[a-z]+)?)(?P<kind>(?:\.mail|\.voice)?\.txt)")
#: The language in which wordings are written first: what exists in it has to exist in every other.
FIRST = "en"


def spoken(folder: Path) -> list[str]:
    """The languages in which more than half of the wordings are there, the first one first.

    One that has just been begun is offered to nobody. But a file that somebody forgot must not silence a language
    that patients read: it stays, and the system checks name the file.
    """
    by_language = _files(folder)
    needed = by_language.get(FIRST, set())
    enough = [code for code, files in by_language.items() if 2 * len(needed & files) > len(needed)]
    return sorted(enough, key=lambda code: (code != FIRST, code))


def missing(folder: Path, language: str) -> list[str]:
    """The files that `language` still needs to be whole."""
    by_language = _files(folder)
    needed = by_language.get(FIRST, set()) - by_language.get(language, set())
    return sorted(f"{name}.{language}{kind}" for name, kind in needed)


def own_name(code: str) -> str:
    """What speakers of a language call it: `Español`; the code where nobody has written that down."""
    try:
        name = Locale.parse(code, sep="-").get_display_name(code.replace("-", "_")) or code
    except (UnknownLocaleError, ValueError):
        return code
    return name[:1].upper() + name[1:]


def _files(folder: Path) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    for path in folder.glob("*.txt"):
        match = _FILE.fullmatch(path.name)
        if match:
            found.setdefault(match["language"], set()).add((match["name"], match["kind"]))
    return found
