"""The boxes in which a version is written: what was typed, what the linter says beside each, what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, JsonResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from messaging import linter
from messaging.admin.language_names import language_name
from messaging.domain.delivery import Channel
from messaging.domain.difference import Piece, difference
from messaging.domain.linter import Finding, Key, Text, worst_segments
from messaging.domain.wording import fold_to_gsm7, segments
from messaging.words import texts

CHANNELS = {Channel.SMS: lazy("Text"), Channel.EMAIL: lazy("Mail"), Channel.VOICE: lazy("Call")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One text in one language."""

    key: str  # in names and ids of the page
    language: str
    title: str
    text: Text
    has_subject: bool
    weight: str
    findings: list[Finding]
    changes: list[Piece]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One channel, its languages side by side."""

    channel: str
    title: StrOrPromise
    boxes: list[Box]

    @property
    def is_used(self) -> bool:
        """Whether there are words for it."""
        return any(box.text.body for box in self.boxes)


def typed(data: QueryDict) -> dict[Key, Text]:
    """The texts of a form."""
    return {
        (language, channel): Text(
            data.get(f"subject-{language}-{channel.value}", ""), data.get(f"body-{language}-{channel.value}", "")
        )
        for channel in CHANNELS
        for language in settings.MESSAGE_LANGUAGES
    }


def rows(name: str, words: Mapping[Key, Text], before: Mapping[Key, Text]) -> list[Row]:
    """Every channel with its boxes."""
    worst = linter.worst_values()
    found = linter.findings(name, texts.said(words), worst=worst)
    return [
        Row(
            channel=channel.value,
            title=title,
            boxes=[
                _box(language, channel, words, before, found, worst.get(language, {}))
                for language in settings.MESSAGE_LANGUAGES
            ],
        )
        for channel, title in CHANNELS.items()
    ]


def findings_page(request: HttpRequest, name: str) -> JsonResponse:
    """What the linter says of what is typed at this moment, by box; nothing is kept."""
    found = rows(name, typed(request.POST), {})
    return JsonResponse(
        {
            box.key: {
                "weight": box.weight,
                "findings": [
                    {"words": one.words, "suggestion": one.suggestion, "refuses": one.refuses} for one in box.findings
                ],
            }
            for row in found
            for box in row.boxes
        }
    )


def _box(
    language: str,
    channel: Channel,
    words: Mapping[Key, Text],
    before: Mapping[Key, Text],
    found: Sequence[Finding],
    worst: Mapping[str, str],
) -> Box:
    text, old = words.get((language, channel), Text("", "")), before.get((language, channel), Text("", ""))
    pieces = difference(f"{old.subject} {old.body}", f"{text.subject} {text.body}")
    return Box(
        key=f"{language}-{channel.value}",
        language=language,
        title=language_name(language),
        text=text,
        has_subject=channel is Channel.EMAIL,
        weight=_weight(text.body.replace("\r\n", "\n").strip(), worst) if channel is Channel.SMS else "",
        findings=[one for one in found if (one.language, one.channel) == (language, channel)],
        changes=pieces if any(piece.kind != "same" for piece in pieces) else [],
    )


def _weight(body: str, worst: Mapping[str, str]) -> str:
    own, longest = segments(fold_to_gsm7(body)), worst_segments(body, worst)
    said = _("%(characters)s characters with its blanks (%(encoding)s)") % {
        "characters": own.characters,
        "encoding": own.encoding,
    }
    if longest is None:
        return said
    at_worst = ngettext(
        "with the longest values %(characters)s, %(count)s part",
        "with the longest values %(characters)s, %(count)s parts",
        longest.count,
    ) % {"characters": longest.characters, "count": longest.count}
    return f"{said}; {at_worst}"
