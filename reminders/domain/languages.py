"""Small words that a reminder is put together from, in each language: read once from reminders/languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

_FOLDER = Path(__file__).resolve().parent.parent / "languages"


def read(folder: Path) -> Mapping[str, Mapping[str, str]]:
    """Language → its words, from <language>.json."""
    files = sorted(folder.glob("*.json"))
    return MappingProxyType({file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files})


WORDS = read(_FOLDER)


def word(name: str, language: str) -> str:
    """A small word; empty where nobody has written it in that language."""
    return WORDS.get(language, {}).get(name, "")
