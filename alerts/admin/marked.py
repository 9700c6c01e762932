"""A patient's words with the evidence marked in them. The words are hers and are escaped; the marks are ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

#: Stance → how staff say it.
STANCES: dict[str, Any] = {
    "asserted": _("reported as so"),
    "negated": _("denied"),
    "past": _("over, or long ago"),
    "hypothetical": _("only supposed"),
    "question": _("a question"),
    "elsewhere": _("somebody else's"),
}


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    concept: str
    stance: str


def marked(text: str, evidence: Iterable[Mapping[str, Any]]) -> SafeString:
    """`text` as HTML; each piece of evidence in its stance's colour, with what was read there as its title."""
    parts: list[object] = []
    at = 0
    for mark in _in_order(text, evidence):
        said = f"{concept_in_words(mark.concept)}: {STANCES.get(mark.stance, mark.stance)}"
        parts += [
            text[at : mark.start],
            format_html(
                '<mark class="bw-mark bw-mark-{}" title="{}">{}</mark>', mark.stance, said, text[mark.start : mark.end]
            ),
        ]
        at = mark.end
    parts.append(text[at:])
    return format_html_join("", "{}", [(part,) for part in parts])


def concept_in_words(concept: str) -> str:
    """`legs.weak` → `legs weak`."""
    return concept.replace(".", " ").replace("_", " ")


def stances_of(evidence: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Words, what was read in them, stance and its words, in the order of the text: the legend of a marked text."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in sorted(evidence, key=lambda each: (_whole(each, "start"), _whole(each, "end"))):
        names = found.setdefault((str(each.get("words", "")), str(each.get("stance", "")).lower()), [])
        if (name := concept_in_words(str(each.get("concept", "")))) not in names:
            names.append(name)
    return [(words, ", ".join(names), stance, STANCES.get(stance, stance)) for (words, stance), names in found.items()]


def _in_order(text: str, evidence: Iterable[Mapping[str, Any]]) -> list[_Mark]:
    """What can be marked: inside the text, from left to right, none over another."""
    found = sorted(
        (_Mark(_whole(e, "start"), _whole(e, "end"), str(e.get("concept", "")), str(e.get("stance", "")).lower())
         for e in evidence),
        # Where two overlap, the one that stands comes first, then the longer one.
        key=lambda mark: (mark.start, mark.stance != "asserted", -mark.end),
    )  # fmt: skip
    kept: list[_Mark] = []
    for mark in found:
        if 0 <= mark.start < mark.end <= len(text) and (not kept or mark.start >= kept[-1].end):
            kept.append(mark)
    return kept


def _whole(each: Mapping[str, Any], name: str) -> int:
    value = each.get(name)
    return value if isinstance(value, int) else -1
