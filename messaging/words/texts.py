"""The texts of a version: read, held against each other, and copied from what is sent now."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.utils.translation import gettext as _

from messaging import linter, wordings
from messaging.domain.delivery import Channel
from messaging.domain.linter import Finding, Key, Text
from messaging.models import WordingText, WordingVersion


def of(version: WordingVersion) -> dict[Key, Text]:
    """The words of a version, by language and channel."""
    return {(row.language, Channel(row.channel)): Text(row.subject, row.body) for row in version.texts.all()}


def sent_now(name: str) -> dict[Key, Text]:
    """The words that are sent under `name` now."""
    return linter.texts_of(name)


def keep(version: WordingVersion, texts: Mapping[Key, Text]) -> None:
    """Make `texts` the words of a version; a text that says nothing is none."""
    version.texts.all().delete()
    WordingText.objects.bulk_create(
        WordingText(version=version, language=language, channel=channel, subject=text.subject, body=text.body)
        for (language, channel), text in said(texts).items()
    )


def said(texts: Mapping[Key, Text]) -> dict[Key, Text]:
    """The texts that say something, as they are kept: one kind of line end, nothing around."""
    plain = {key: Text(text.subject.strip(), text.body.replace("\r\n", "\n").strip()) for key, text in texts.items()}
    return {key: text for key, text in plain.items() if text.body}


def seal(texts: Mapping[Key, Text]) -> str:
    """What changes with every letter: by it a person says which words she has read."""
    lines = [f"{language}|{channel}|{text.subject}|{text.body}" for (language, channel), text in sorted(texts.items())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def findings(name: str, texts: Mapping[Key, Text], *, worst: Mapping[str, Mapping[str, str]]) -> list[Finding]:
    """What the linter says of these words under that name."""
    return linter.findings(name, texts, worst=worst)


def before(version: WordingVersion) -> tuple[str, dict[Key, Text]]:
    """What a version is compared with, and its name: the latest one before it that counted, else the files."""
    earlier = WordingVersion.objects.filter(name=version.name, number__lt=version.number).exclude(activated_at=None)
    last = earlier.order_by("-number").first()
    if last is not None:
        return _("version %(number)s") % {"number": last.number}, of(last)
    return _("the shipped words"), _shipped(version.name)


def _shipped(name: str) -> dict[Key, Text]:
    found: dict[Key, Text] = {}
    for key in wordings.shipped_keys(name):
        wording = wordings.shipped(name, *key)
        found[key] = Text(wording.subject, wording.body)
    return found
