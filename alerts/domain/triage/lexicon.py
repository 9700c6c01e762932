"""The lexicon as the engine reads it: word classes, patterns of them, and the common words that are no misspellings.

The data lie in `alerts/lexicon/`; its README says how they are written. They are read once, on import.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "lexicon"
#: The sections that hold patterns, and what their names start with once they are all in one list.
SECTIONS = {"concepts": "", "marks": "~", "intents": ">"}
#: Ordinary words between two elements of a pattern: in the order written, and in any order.
ORDERED_GAP, FREE_GAP = 3, 4


class LexiconError(ValueError):
    """A lexicon file that cannot be read; the message names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What must stand near what. Each element is the classes of which one must be there."""

    concept: str
    elements: tuple[tuple[int, ...], ...]
    free: bool
    gap: int
    guards: tuple[int, ...]


@dataclass(slots=True)
class Lexicon:
    """All languages together: a text may mix them."""

    classes: dict[str, int] = field(default_factory=dict)
    words: dict[str, set[int]] = field(default_factory=dict)
    starts: dict[str, set[int]] = field(default_factory=dict)
    phrases: dict[str, dict[str, list[tuple[tuple[str, ...], int]]]] = field(default_factory=dict)
    patterns: list[Pattern] = field(default_factory=list)
    anchored: dict[int, list[tuple[tuple[tuple[int, ...], ...], Pattern]]] = field(default_factory=dict)
    common: set[str] = field(default_factory=set)
    only_english: set[str] = field(default_factory=set)
    emoji: dict[str, str] = field(default_factory=dict)
    homoglyphs: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)
    texting: dict[str, str] = field(default_factory=dict)
    vocabulary: set[str] = field(default_factory=set)

    def class_of(self, name: str) -> int:
        """The number of the class called `name`, which exists from then on."""
        return self.classes.setdefault(name, len(self.classes))

    def telling(self) -> set[str]:
        """The words that make a sign what it is, rather than the ones around them."""
        signs = {number for number, filed in self.anchored.items() if any(p.concept[0] not in "~>" for _, p in filed)}
        return {word for word, numbers in self.words.items() if not signs.isdisjoint(numbers)}

    def add(self, member: str, number: int) -> None:
        """Put a word, a beginning (`entumec*`) or several words (`pins_and_needles`) into a class."""
        if "_" in member:
            words = tuple(member.split("_"))
            self.phrases.setdefault(words[0], {}).setdefault(words[1], []).append((words, number))
            self.vocabulary.update(word for word in words if word.isalpha())
        elif member.endswith("*"):
            self.starts.setdefault(member[:-1], set()).add(number)
        else:
            self.words.setdefault(member, set()).add(number)
            self.vocabulary.add(member)


def load(folder: Path = FOLDER) -> Lexicon:
    """Read every file of `folder`."""
    lexicon = Lexicon()
    files = {path.name: _read(path) for path in sorted(folder.glob("*.toml"))}
    for name, content in files.items():
        for class_name, members in content.get("words", {}).items():
            number = lexicon.class_of(f"@{class_name}")
            for member in members.split():
                if not re.fullmatch(r"[a-z0-9_/.]+\*?", member):
                    raise LexiconError(f"{name}: words.{class_name}: {member!r} is not in plain small letters")
                lexicon.add(member, number)
        lexicon.emoji.update(content.get("emoji", {}))
        lexicon.texting.update(content.get("texting", {}))
        lexicon.homoglyphs.update(content.get("homoglyphs", {}))
        lexicon.numbers.update({word: float(value) for word, value in content.get("numbers", {}).items()})
    for name, content in files.items():
        lexicon.patterns.extend(_patterns(lexicon, name, content))
    lexicon.patterns = _merged(lexicon.patterns)
    common = {path.name: set(path.read_text().split()) for path in sorted(folder.glob("common.*.txt"))}
    lexicon.common = set().union(*common.values())
    lexicon.only_english = common.get("common.en.txt", set()) - common.get("common.es.txt", set())
    lexicon.vocabulary.update(lexicon.numbers)
    _anchor(lexicon)
    return lexicon


def _read(path: Path) -> Mapping[str, Mapping[str, str]]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LexiconError(f"{path.name}: {error}") from None


def _patterns(lexicon: Lexicon, file: str, content: Mapping[str, Mapping[str, str]]) -> Iterator[Pattern]:
    for section, prefix in SECTIONS.items():
        for concept, lines in content.get(section, {}).items():
            for line in lines.splitlines():
                if line := line.partition("#")[0].strip():
                    try:
                        yield _pattern(lexicon, prefix + concept, line)
                    except ValueError as error:
                        raise LexiconError(f"{file}: {section}.{concept}: {line!r}: {error}") from None


def _pattern(lexicon: Lexicon, concept: str, line: str) -> Pattern:
    free, gap = False, None
    elements: list[tuple[int, ...]] = []
    guards: list[int] = []
    for part in line.split():
        if part == "&":
            free = True
        elif part.startswith("/"):
            gap = int(part[1:])
        elif part.startswith("!"):
            guards.extend(_element(lexicon, part[1:]))
        else:
            elements.append(_element(lexicon, part))
    if not elements:
        raise ValueError("it has no word")
    default = FREE_GAP if free else ORDERED_GAP
    return Pattern(concept, tuple(elements), free, default if gap is None else gap, tuple(guards))


def _element(lexicon: Lexicon, text: str) -> tuple[int, ...]:
    numbers = []
    for option in text.split("|"):
        if option.startswith("@"):
            if option not in lexicon.classes:
                raise ValueError(f"there is no class {option}")
            numbers.append(lexicon.classes[option])
        elif re.fullmatch(r"[a-z0-9_/.]+\*?", option):
            number = lexicon.class_of(f"={option}")
            lexicon.add(option, number)
            numbers.append(number)
        else:
            raise ValueError(f"{option!r} is not in plain small letters")
    return tuple(numbers)


def _merged(patterns: Iterable[Pattern]) -> list[Pattern]:
    """The same pattern in two languages is one, with the guards of both."""
    kept: dict[Pattern, set[int]] = {}
    for pattern in patterns:
        kept.setdefault(replace(pattern, guards=()), set()).update(pattern.guards)
    return [replace(pattern, guards=tuple(sorted(guards))) for pattern, guards in kept.items()]


def _anchor(lexicon: Lexicon) -> None:
    """File each pattern under its rarest element, the others beside it: only there is it looked for."""
    uses: dict[int, int] = {}
    for pattern in lexicon.patterns:
        for number in _all(pattern.elements):
            uses[number] = uses.get(number, 0) + 1
    for pattern in lexicon.patterns:
        rarest, *others = sorted(pattern.elements, key=lambda element: sum(uses[number] for number in element))
        for number in set(rarest):
            lexicon.anchored.setdefault(number, []).append((tuple(others), pattern))


def _all(elements: Iterable[tuple[int, ...]]) -> Iterator[int]:
    for element in elements:
        yield from element


LEXICON = load()
