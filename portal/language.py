"""The words of the patient's pages: one folder for each language, one file for each page.

`languages/<language>/<page>.toml` holds the words of a page by name; a template says `{{ say.<page>.<name> }}`. A new
language is a new folder (and the language's own name in `NAME` of its frame.toml); tests hold every folder to the same
names and blanks.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_from_request

FOLDER = Path(__file__).resolve().parent / "languages"
Words = Mapping[str, Mapping[str, str]]


def offered() -> tuple[str, ...]:
    """The languages in which messages are written and pages exist, the first language first."""
    return tuple(code for code in settings.MESSAGE_LANGUAGES if (FOLDER / code).is_dir())


@cache
def words(language: str) -> Words:
    """Page → name → words, in `language`."""
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted((FOLDER / language).glob("*.toml"))}


def choose(*wanted: str) -> str:
    """The first of `wanted` that is offered; else the first language of all."""
    known = offered()
    return next((code for code in wanted if code in known), known[0])


def of_browser(request: HttpRequest) -> str:
    """What the browser asks for: all there is to go by where no patient is known."""
    return choose(get_language_from_request(request).partition("-")[0])


def names() -> list[tuple[str, str]]:
    """Each offered language with its own name for itself."""
    return [(code, words(code)["frame"]["NAME"]) for code in offered()]
