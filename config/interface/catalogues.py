"""The catalogues of the rooms: `<room>/locale/<language>/LC_MESSAGES/django.po`, and the `.mo` that Django reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings

from config.env import BASE_DIR
from config.interface.strings import Said, marked, rooms

#: `{what is said: its forms in the other language}`.
Words = Mapping[Said, tuple[str, ...]]
_BLANK = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%[sd]|%%")
_CHANGING = re.compile(
    r'"(?:POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team'
    r'|Project-Id-Version|Report-Msgid-Bugs-To): .*?\\n"\n'
)
#: The head of a `.mo` has a day; one of its own for each run would change the file.
_NO_DAY = datetime(2000, 1, 1, tzinfo=UTC)
_HEAD = "# What staff read, in {name}. Written by `make locale`; see docs/translating.md.\n#"


def languages() -> list[str]:
    """The languages of the pages that need a catalogue: all but the one in which they are written."""
    return [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def po_file(room: str, language: str) -> Path:
    """Where people write."""
    return BASE_DIR / room / "locale" / language / "LC_MESSAGES" / "django.po"


def update(language: str) -> dict[str, int]:
    """Write every room's catalogue anew from what is marked; `{room: how many lack their words}`.

    What is translated in one room is taken over in another; what is marked no more is dropped.
    """
    known: dict[Said, tuple[str, ...]] = {}
    for room in rooms():
        known.update(_whole(read(room, language)))
    missing = {}
    for room, said in marked().items():
        own = {one: known.get(one, ()) for one in said}
        _write(room, language, {one: (own[one], sorted(said[one])) for one in sorted(said, key=_order)})
        missing[room] = sum(not words for words in own.values())
    return missing


def read(room: str, language: str) -> Words:
    """A room's catalogue as it is written; nothing for one that has none. What is fuzzy counts as not translated."""
    path = po_file(room, language)
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return dict(_entries(read_po(file, locale=language)))


def problems(language: str) -> Iterator[str]:
    """What is wrong with the catalogues, a line each: what is missing, stale, or would break a page."""
    seen: dict[Said, tuple[str, ...]] = {}
    for room, said in marked().items():
        words = read(room, language)
        yield from (f"{room}: not in the catalogue (make locale): {one}" for one in said.keys() - words.keys())
        yield from (f"{room}: marked no more (make locale): {one}" for one in words.keys() - said.keys())
        for one, forms in words.items():
            yield from (f"{room}: {problem}: {one}" for problem in _wrong(one, forms))
            if seen.setdefault(one, forms) != forms:
                yield f"{room}: translated otherwise in another room: {one}"
        if _whole(_compiled(room, language)) != _whole(words):
            yield f"{room}: django.mo is older than django.po (make locale)"


def _wrong(said: Said, forms: tuple[str, ...]) -> Iterator[str]:
    needed = len(said[1])
    if len(forms) != needed or not all(forms):
        yield "no words for it" if needed == 1 else "a form for one, and one for many"
        return
    for english, other in zip(said[1], forms, strict=True):
        if sorted(_BLANK.findall(english)) != sorted(_BLANK.findall(other)):
            yield "other blanks than the English"
        if english[:1].isspace() != other[:1].isspace() or english[-1:].isspace() != other[-1:].isspace():
            yield "a space at its edge is missing or too many"


def _write(room: str, language: str, words: Mapping[Said, tuple[tuple[str, ...], list[str]]]) -> None:
    catalog = Catalog(locale=language, header_comment=_HEAD.format(name=language), fuzzy=False)
    for (context, forms), (translated, files) in words.items():
        said: str | tuple[str, ...] = forms[0] if len(forms) == 1 else forms
        other: str | tuple[str, ...] = (translated or ("",) * len(forms)) if len(forms) > 1 else "".join(translated)
        catalog.add(said, other, locations=[(file, 0) for file in files], context=context)
    path = po_file(room, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=116, omit_header=False, include_lineno=False)
    # Dates and versions would change with every run.
    path.write_text(_CHANGING.sub("", path.read_text()))
    with path.open("rb") as source, path.with_suffix(".mo").open("wb") as target:
        compiled = read_po(source, locale=language)
        compiled.creation_date = _NO_DAY
        write_mo(target, compiled)


def _compiled(room: str, language: str) -> Words:
    path = po_file(room, language).with_suffix(".mo")
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return dict(_entries(read_mo(file)))


def _entries(catalog: Catalog) -> Iterator[tuple[Said, tuple[str, ...]]]:
    for message in catalog:
        if message.id:
            said = (message.id,) if isinstance(message.id, str) else tuple(message.id)
            # Babel reads the contexts of .mo files as bytes, whatever its types say.
            context: Any = message.context
            context = context.decode() if isinstance(context, bytes) else context
            yield (context, said), () if message.fuzzy else _forms(message)


def _forms(message: Message) -> tuple[str, ...]:
    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return forms if all(forms) else ()


def _whole(words: Words) -> dict[Said, tuple[str, ...]]:
    return {said: forms for said, forms in words.items() if forms}


def _order(said: Said) -> tuple[str, tuple[str, ...]]:
    return said[0] or "", said[1]
