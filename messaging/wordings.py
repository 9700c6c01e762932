"""The words of messages: the active version's or the shipped file's, filled, and what is wrong with the files.

`<name>.<language>.txt` is an SMS. `<name>.<language>.mail.txt` is a mail: a line `Subject: …`, an empty
line, then paragraphs with empty lines between them. `<name>.<language>.voice.txt` is what a call says: any
letters, no limit of an SMS, an empty line for a pause. Blanks are names in braces: `{visit_date}`.
Over the files lie the versions that a clinic has signed and made active (messaging/words).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from messaging import mail_page
from messaging.domain.delivery import Channel
from messaging.domain.linter import LONGEST_SPOKEN, MOST_SEGMENTS, UNSPEAKABLE
from messaging.domain.wording import WordingError, fill, fold_to_gsm7, reserved_words, segments, variables
from messaging.words import active

_FILE = re.compile(r"(?P<name>[a-z0-9_]+)\.(?P<language>[a-z]{2,3}(?:-[a-z]+)?)(?P<kind>\.mail|\.voice)?\.txt")
ENDINGS = {Channel.SMS: ".txt", Channel.EMAIL: ".mail.txt", Channel.VOICE: ".voice.txt"}
_CHANNELS = {None: Channel.SMS, ".mail": Channel.EMAIL, ".voice": Channel.VOICE}


@dataclass(frozen=True, slots=True)
class Filled:
    """What leaves: for an SMS only the body is filled."""

    subject: str
    body: str
    html: str
    version: str = ""  # of the wording: kept with the message


@dataclass(frozen=True, slots=True)
class Wording:
    """One template in one language for one channel."""

    name: str
    language: str
    channel: Channel
    subject: str
    paragraphs: tuple[str, ...]
    version: str = ""  # "3", or "shipped-" and eight digits that change with the file's words

    @property
    def body(self) -> str:
        """The text with its blanks; paragraphs an empty line apart."""
        return "\n\n".join(self.paragraphs)

    @property
    def variables(self) -> tuple[str, ...]:
        """Every blank of subject and body."""
        return tuple(dict.fromkeys(variables(self.subject) + variables(self.body)))

    def filled(self, values: Mapping[str, object]) -> Filled:
        """The message with its blanks filled; WordingError naming a blank without a value."""
        subject = fill(self.subject, values)
        # A paragraph that came out empty (nothing to bring along) leaves no hole.
        paragraphs = [text for paragraph in self.paragraphs if (text := fill(paragraph, values)).strip()]
        html = ""
        if self.channel is Channel.EMAIL:
            html = mail_page.page(subject, paragraphs, language=self.language)
        return Filled(subject, "\n\n".join(paragraphs), html, self.version)


def load(name: str, language: str, channel: Channel) -> Wording:
    """The words of `name` in force in `language` for `channel`; WordingError naming what is missing.

    A version that is active speaks for every language of a channel that it covers; other channels stay with the files.
    """
    own = active.texts(name)
    text = own.get((language, channel))
    if text is not None:
        return of_text(name, language, channel, text.subject, text.body, str(text.number))
    if any(covered is channel for _, covered in own):
        number = next(iter(own.values())).number
        raise WordingError(f"{name}{ENDINGS[channel]}: version {number}, which is active, has no words in {language}")
    return shipped(name, language, channel)


def shipped(name: str, language: str, channel: Channel) -> Wording:
    """The template's file, whatever version is active; WordingError naming the file when there is none."""
    return _read(Path(settings.MESSAGE_TEMPLATES), name, language, channel)


def exists(name: str, language: str, channel: Channel) -> bool:
    """Whether there are such words; cheap enough to be asked for each message."""
    own = active.texts(name)
    if any(covered is channel for _, covered in own):
        return (language, channel) in own
    return (language, channel) in _shipped_keys(Path(settings.MESSAGE_TEMPLATES)).get(name, ())


@lru_cache(maxsize=2000)
def of_text(name: str, language: str, channel: Channel, subject: str, body: str, version: str) -> Wording:
    """Words that were written somewhere else than in a file."""
    return Wording(name, language, channel, subject, _paragraphs(body), version)


def names() -> list[str]:
    """Every template that exists in any language for any channel, in files or as an active version."""
    return sorted({match["name"] for match, _ in _files()} | active.names())


def shipped_names() -> list[str]:
    """Every template that exists as files."""
    return sorted(_shipped_keys(Path(settings.MESSAGE_TEMPLATES)))


def shipped_keys(name: str) -> list[tuple[str, Channel]]:
    """The languages and channels in which `name` exists as files."""
    return sorted(_shipped_keys(Path(settings.MESSAGE_TEMPLATES)).get(name, ()))


def key_of_file(name: str, file: str) -> tuple[str, Channel] | None:
    """Language and channel of a file of the template `name`; None where it is none of it."""
    match = _FILE.fullmatch(file)
    return (match["language"], _channel(match)) if match and match["name"] == name else None


def split(file: str, text: str, channel: Channel) -> tuple[str, str]:
    """Subject and body of a file's text; WordingError naming `file`."""
    text, subject = text.strip(), ""
    if channel is Channel.EMAIL:
        first, _, text = text.partition("\n")
        if not first.startswith("Subject: ") or not first[9:].strip():
            raise WordingError(f"{file}: the first line must be 'Subject: …'")
        subject = first[9:].strip()
    body = "\n\n".join(_paragraphs(text))
    if not body:
        raise WordingError(f"{file}: it says nothing")
    return subject, body


def problems(vocabulary: Mapping[str, str] | None = None) -> list[str]:
    """Everything that is wrong with the templates, a sentence each; empty when all is well.

    `vocabulary` holds each blank that a template may use with the longest value it may get. Without
    one, the mappings that settings.MESSAGE_VOCABULARIES names (dotted paths) are taken together.
    """
    words = _vocabulary() if vocabulary is None else vocabulary
    found = [_of_stranger(path) for path in _strangers()]
    kinds = sorted({(match["name"], _channel(match)) for match, _ in _files()})
    for name, channel in kinds:
        found += _problems_of(name, channel, words)
    return found


def _of_stranger(path: Path) -> str:
    match = _FILE.fullmatch(path.name)
    if match is None:
        return f"{path.name}: not named <name>.<language>.txt, ….mail.txt or ….voice.txt"
    needed = sum(settings.MESSAGE_LANGUAGES[0] in languages_of(name) for name in shipped_names())
    there = sum(match["language"] in languages_of(name) for name in shipped_names())
    return f"{path.name}: {match['language']} is not spoken: {there} of {needed} wordings are there"


def languages_of(name: str) -> set[str]:
    """The languages in which there are files of `name`."""
    return {language for language, _ in shipped_keys(name)}


def _problems_of(name: str, channel: Channel, vocabulary: Mapping[str, str]) -> Iterator[str]:
    """The problems of one template over all its languages."""
    blanks: dict[str, set[str]] = {}
    for language in settings.MESSAGE_LANGUAGES:
        file = f"{name}.{language}{ENDINGS[channel]}"
        try:
            wording = shipped(name, language, channel)
            blanks[language] = set(wording.variables)
        except WordingError as error:
            yield str(error) if file in str(error) else f"{file}: {error}"
            continue
        unknown = sorted(blanks[language] - set(vocabulary))
        if unknown:
            yield f"{file}: nobody gives a value for {', '.join(unknown)}"
        elif channel is Channel.SMS:
            yield from _sms_problems(file, wording, vocabulary)
        elif channel is Channel.VOICE:
            yield from _voice_problems(file, wording, vocabulary)
    first, *others = blanks or [""]
    for other in others:
        differing = sorted(blanks[first] ^ blanks[other])
        if differing:
            yield f"{name}: {first} and {other} differ in their blanks: {', '.join(differing)}"


def _sms_problems(file: str, wording: Wording, vocabulary: Mapping[str, str]) -> Iterator[str]:
    own = segments(fold_to_gsm7(wording.body))
    if own.forcing:
        yield f"{file}: {' '.join(own.forcing)} would make every part hold 70 characters instead of 160"
    longest = segments(fold_to_gsm7(wording.filled(vocabulary).body))
    if longest.count > MOST_SEGMENTS:
        yield f"{file}: {longest.count} parts with the longest values, {MOST_SEGMENTS} at most"
    reserved = set(reserved_words(wording.body))
    if reserved:
        yield f"{file}: carriers act upon {', '.join(sorted(reserved))} themselves; ask for another answer"


def _voice_problems(file: str, wording: Wording, vocabulary: Mapping[str, str]) -> Iterator[str]:
    longest = len(wording.filled(vocabulary).body)
    if longest > LONGEST_SPOKEN:
        yield f"{file}: {longest} characters with the longest values, {LONGEST_SPOKEN} at most are listened to"
    found = UNSPEAKABLE.search(re.sub(r"\{\w*\}", "", wording.body))
    if found:
        yield f"{file}: {found[0]} cannot be said; write it in words"


def _vocabulary() -> dict[str, str]:
    merged: dict[str, str] = {}
    for path in getattr(settings, "MESSAGE_VOCABULARIES", []):
        merged |= cast("Mapping[str, str]", import_string(path))
    return merged


def _files() -> Iterator[tuple[re.Match[str], Path]]:
    for path in sorted(Path(settings.MESSAGE_TEMPLATES).glob("*.txt")):
        match = _FILE.fullmatch(path.name)
        if match:
            yield match, path


@lru_cache(maxsize=10)
def _shipped_keys(directory: Path) -> dict[str, set[tuple[str, Channel]]]:
    found: dict[str, set[tuple[str, Channel]]] = {}
    for path in sorted(directory.glob("*.txt")):
        match = _FILE.fullmatch(path.name)
        if match:
            found.setdefault(match["name"], set()).add((match["language"], _channel(match)))
    return found


def _strangers() -> list[Path]:
    known = {path for match, path in _files() if match["language"] in settings.MESSAGE_LANGUAGES}
    return sorted(path for path in Path(settings.MESSAGE_TEMPLATES).iterdir() if path.is_file() and path not in known)


def _channel(match: re.Match[str]) -> Channel:
    return _CHANNELS[match["kind"]]


@lru_cache(maxsize=1000)
def _read(directory: Path, name: str, language: str, channel: Channel) -> Wording:
    file = f"{name}.{language}{ENDINGS[channel]}"
    if not _FILE.fullmatch(file):
        raise WordingError(f"{file}: not the name of a template")
    try:
        text = (directory / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WordingError(f"{file}: cannot be read ({type(error).__name__})") from error
    subject, body = split(file, text, channel)
    version = f"shipped-{hashlib.sha256(f'{subject}|{body}'.encode()).hexdigest()[:8]}"
    return of_text(name, language, channel, subject, body, version)


def _paragraphs(text: str) -> tuple[str, ...]:
    # Lines are broken in the file for its readers; the person's screen breaks them anew.
    unwrapped = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    return tuple(part for part in unwrapped if part)
