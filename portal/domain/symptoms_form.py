"""The form about symptoms as data: its signs, places and groups, and its words in every language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "symptom_words"
#: How long ago it began, and where it goes.
BEGAN = ("today", "yesterday", "week", "longer")
CHANGE = ("worse", "same", "better")


class FormError(Exception):
    """A file of the form is not what it must be; names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that may be ticked. `tier`: what it must come to by the rule book alone; `at`: kinds of places."""

    code: str
    group: str
    tier: str
    source: str
    at: frozenset[str]


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the body map. `tier`: what pain there must come to; `box`: left, top, width, height, in percent."""

    code: str
    view: str
    kind: str
    tier: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Group:
    """Signs that are asked together. `more`: behind a fold."""

    code: str
    more: bool


@dataclass(frozen=True, slots=True)
class Form:
    """All that may be ticked, in the order in which it is asked."""

    groups: tuple[Group, ...]
    signs: Mapping[str, Sign]
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class SignWords:
    """A sign in one language: beside the tick, as a line of its own, of one place, and of one that gets worse there."""

    ask: str
    said: str
    at: str = ""
    worse: str = ""


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """A place in one language: on the page, and within a line."""

    name: str
    said: str


@dataclass(frozen=True, slots=True)
class Words:
    """The form in one language."""

    say: Mapping[str, str]
    groups: Mapping[str, str]
    signs: Mapping[str, SignWords]
    places: Mapping[str, PlaceWords]
    began: Mapping[str, SignWords]
    change: Mapping[str, SignWords]


def load_form(folder: Path = FOLDER) -> Form:
    """Read what is asked."""
    name = "form.toml"
    rows = _read(folder / name)
    try:
        groups = tuple(Group(row["code"], bool(row.get("more"))) for row in rows["group"])
        signs = {row["code"]: _sign(row) for row in rows["sign"]}
        places = {row["code"]: _place(row) for row in rows["place"]}
    except (KeyError, TypeError, ValueError) as error:
        raise FormError(f"{name}: {error}") from error
    known = {group.code for group in groups}
    if lost := [sign.code for sign in signs.values() if sign.group not in known]:
        raise FormError(f"{name}: of no group: {', '.join(lost)}")
    return Form(groups, signs, places)


def load_words(language: str, form: Form, folder: Path = FOLDER) -> Words:
    """Read the words of a language; FormError names what is missing, and what nobody asks."""
    name = f"{language}.toml"
    rows = _read(folder / name)
    wanted: dict[str, set[str]] = {
        "groups": {group.code for group in form.groups},
        "signs": set(form.signs),
        "places": set(form.places),
        "began": set(BEGAN),
        "change": set(CHANGE),
        "say": {"report", "by_caregiver", "fine", "end", "words"},
    }
    for section, codes in wanted.items():
        if odd := codes ^ set(rows.get(section, {})):
            raise FormError(f"{name}: {section}: missing, or asked by nobody: {', '.join(sorted(odd))}")
    if lost := [code for code, sign in form.signs.items() if sign.at and not rows["signs"][code].get("at")]:
        raise FormError(f"{name}: signs: without the words of a place: {', '.join(lost)}")
    try:
        return Words(
            say=rows["say"],
            groups=rows["groups"],
            signs={code: SignWords(**rows["signs"][code]) for code in form.signs},
            places={code: PlaceWords(**rows["places"][code]) for code in form.places},
            began={code: SignWords(**rows["began"][code]) for code in BEGAN},
            change={code: SignWords(**rows["change"][code]) for code in CHANGE},
        )
    except TypeError as error:
        raise FormError(f"{name}: {error}") from error


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise FormError(f"{file.name}: {error}") from error


def _sign(row: Mapping[str, Any]) -> Sign:
    return Sign(row["code"], row["group"], row["tier"], row["source"], frozenset(row.get("at", ())))


def _place(row: Mapping[str, Any]) -> Place:
    left, top, width, height = (float(number) for number in row["box"])
    return Place(row["code"], row["view"], row["kind"], row["tier"], (left, top, width, height))


FORM = load_form()
#: Every language that has a file.
WORDS: Mapping[str, Words] = {
    file.stem: load_words(file.stem, FORM) for file in sorted(FOLDER.glob("*.toml")) if file.stem != "form"
}
