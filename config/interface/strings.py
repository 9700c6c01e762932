"""What is marked for translation in the sources: Python, templates and the words of models, by room.

Babel reads the Python and Django turns templates into something that reads like it, so no xgettext is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_python
from django.conf import settings
from django.utils.translation.template import templatize

from config.env import BASE_DIR
from config.interface.labels import words_of_models

#: What marks a string, and which arguments are the words.
KEYWORDS: dict[str, Any] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
#: Whose catalogue has the words of templates that belong to no room.
NOBODYS = "config"
#: Folders of templates without words for staff: what is said to patients has files in every language.
_MESSAGES = ("messages", "mails", "sandbox")
#: One message: its context or None, one form or two.
Said = tuple[str | None, tuple[str, ...]]
#: Call of a marked string in a template that Django has turned into code.
_CALL = re.compile(r"\b(?:n?p?gettext|_)\(")


def rooms() -> list[str]:
    """The rooms that speak to staff: all but the pretended carrier, which is nobody's in production."""
    return [room for room in settings.FIRST_PARTY_APPS if room != "sandbox"]


def marked() -> dict[str, dict[Said, set[str]]]:
    """`{room: {what is said: the files that say it}}`."""
    found: dict[str, dict[Said, set[str]]] = {room: {} for room in rooms()}
    for room, said, file in _all():
        found[room].setdefault(said, set()).add(file)
    return found


def _all() -> Iterator[tuple[str, Said, str]]:
    for room in rooms():
        for path in sorted((BASE_DIR / room).rglob("*.py")):
            if "migrations" not in path.parts:
                yield from ((room, said, _name(path)) for said in _of_python(path.read_bytes()))
    for path in sorted((BASE_DIR / "templates").rglob("*.html")):
        if path.relative_to(BASE_DIR / "templates").parts[0] not in _MESSAGES:
            yield from ((_room(path), said, _name(path)) for said in of_template(path.read_text()))
    for room, word in words_of_models(rooms()):
        yield room, (None, (word,)), f"{room}/models"


def _of_python(source: bytes) -> Iterator[Said]:
    for _line, name, words, _comments in extract_python(BytesIO(source), KEYWORDS, [], {}):
        yield from _said(name, words)


def of_template(source: str) -> Iterator[Said]:
    """What a template marks."""
    for line in templatize(source).splitlines():
        # Everything else on the line is X for X of the page.
        starts = [match.start() for match in _CALL.finditer(line)]
        for start in starts:
            code = BytesIO(line[start:].encode())
            yield from (
                said
                for _line, name, words, _comments in list(extract_python(code, KEYWORDS, [], {}))[:1]
                for said in _said(name, words)
            )


def _said(name: object, words: object) -> Iterator[Said]:
    arguments = [words] if isinstance(words, str) else list(words) if isinstance(words, tuple) else []
    forms = KEYWORDS.get(str(name)) or (1,)
    context = next((arguments[form[0] - 1] for form in forms if isinstance(form, tuple)), None)
    said = tuple(arguments[form - 1] for form in forms if isinstance(form, int) and form <= len(arguments))
    # An empty string names the head of the catalogue; what is computed cannot be looked up.
    if said and all(isinstance(one, str) and one for one in said):
        yield (context if isinstance(context, str) else None), said


def _room(path: Path) -> str:
    parts = path.relative_to(BASE_DIR / "templates").parts
    room = parts[1] if parts[0] == "admin" and len(parts) > 2 else parts[0]
    return room if room in rooms() else NOBODYS


def _name(path: Path) -> str:
    return path.relative_to(BASE_DIR).as_posix()
