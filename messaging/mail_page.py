"""How a mail looks: its HTML part from the same paragraphs as its text, and what stands beneath both."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string

#: Where what stands beneath a mail is put into its HTML part, once it is known by which key it can be stopped.
FOOT = "<!--foot-->"
_LINK = re.compile(r"https?://[^\s<>\"]+")
_ITEM = "- "
#: What a list of mails shows beside the subject.
_PREHEADER = 120


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph as it is shown: `kind` is text, items or button."""

    kind: str
    text: str
    items: tuple[str, ...] = ()


def page(subject: str, paragraphs: Sequence[str], *, language: str) -> str:
    """The HTML part of a mail, with a mark where its foot will be."""
    context = {
        "subject": subject,
        "blocks": [_block(paragraph) for paragraph in paragraphs],
        "language": language,
        "preheader": _preheader(paragraphs),
        "button": words(language)["button"],
    }
    return render_to_string("mails/message.html", context)


def with_foot(body: str, html: str, *, language: str, sender: str, stop_url: str) -> tuple[str, str]:
    """Text and HTML of a mail with why it came and how mails are stopped; without a link, with nothing of that."""
    if not stop_url:
        return body, html.replace(FOOT, "")
    said = words(language)
    why = said["why"].replace("{sender}", sender)
    text = f"{body}\n\n-- \n{why}\n{said['stop']}: {stop_url}\n"
    foot = render_to_string("mails/foot.html", {"why": why, "stop": said["stop"], "url": stop_url})
    return text, html.replace(FOOT, foot)


def words(language: str) -> Mapping[str, str]:
    """What the product itself says around a mail, in `language`, or in the first one that there is."""
    chosen = language if language in settings.MESSAGE_LANGUAGES else str(settings.MESSAGE_LANGUAGES[0])
    return _read(Path(settings.MAIL_WORDS), chosen)


@lru_cache(maxsize=50)
def _read(directory: Path, language: str) -> Mapping[str, str]:
    found: dict[str, str] = json.loads((directory / f"words.{language}.json").read_text(encoding="utf-8"))
    return found


def _block(paragraph: str) -> Block:
    # A link that stands alone is what the mail is about: a button, which a thumb can hit.
    if _LINK.fullmatch(paragraph.strip()):
        return Block("button", paragraph.strip())
    lines = [line.strip() for line in paragraph.splitlines() if line.strip()]
    if lines and all(line.startswith(_ITEM) for line in lines):
        return Block("items", paragraph, tuple(line.removeprefix(_ITEM) for line in lines))
    return Block("text", paragraph)


def _preheader(paragraphs: Sequence[str]) -> str:
    """The first paragraph that says more than hello."""
    telling = [text for text in paragraphs if len(text) > 25 and not _LINK.fullmatch(text.strip())]
    return " ".join((telling or list(paragraphs) or [""])[0].split())[:_PREHEADER]
