"""Every wording in a line: what is sent now, what is being written, how long it becomes, when it last left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext as _

from messaging import linter, wordings
from messaging.domain.delivery import Channel
from messaging.domain.linter import Finding, Key, Text, speaks_to_staff, worst_segments
from messaging.domain.words import WordingState
from messaging.models import Message, WordingVersion
from messaging.words import active
from staff.domain.tongue import N_

#: How far back is looked for when a wording last left: so much that nothing rare is missed, and no more.
LOOKED_AT = 20_000
#: Group → how the names in it begin; the first that fits. What speaks to staff comes after these.
_GROUPS: Mapping[str, tuple[str, ...]] = {
    N_("Visits and treatments"): ("visit_", "tests_", "tablet_", "things_", "together"),
    N_("Check-ins and warnings"): ("how_are_you", "warning_"),
}
_ANSWERS, _STAFF = N_("Answers to patients and families"), N_("To staff: red flags, rota, alarms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One template in the list."""

    name: str
    now: str  # what is sent
    newer: WordingVersion | None  # what is being written, reviewed or signed
    languages: list[str]
    parts: list[tuple[str, int]]  # language → segments of the text with the longest values
    findings: list[Finding] = field(default_factory=list)
    last_sent: datetime | None = None

    @property
    def refused(self) -> int:
        """How many findings keep it from being signed as it is."""
        return sum(finding.refuses for finding in self.findings)


def groups() -> list[tuple[str, list[Line]]]:
    """Every template by whom it speaks to."""
    found: dict[str, list[Line]] = {title: [] for title in (*_GROUPS, _ANSWERS, _STAFF)}
    for line in lines():
        found[_group(line.name)].append(line)
    return [(title, those) for title, those in found.items() if those]


def lines() -> list[Line]:
    """Every template that exists as files or as a version."""
    worst, sent = linter.worst_values(), _last_sent()
    newer: dict[str, WordingVersion] = {}
    for version in WordingVersion.objects.exclude(state=WordingState.RETIRED).order_by("name", "number"):
        if version.state == WordingState.ACTIVE:
            newer.pop(version.name, None)
        else:
            newer[version.name] = version
    return [
        line_of(name, worst=worst, newer=newer.get(name), last_sent=sent.get(name))
        for name in sorted({*wordings.names(), *newer})
    ]


def line_of(
    name: str,
    *,
    worst: Mapping[str, Mapping[str, str]],
    newer: WordingVersion | None = None,
    last_sent: datetime | None = None,
) -> Line:
    """One template."""
    texts = linter.texts_of(name)
    return Line(
        name=name,
        now=in_force(name, texts),
        newer=newer,
        languages=sorted({language for language, _unused in texts}),
        parts=parts(texts, worst),
        findings=linter.findings(name, texts, worst=worst) if texts else [],
        last_sent=last_sent,
    )


def in_force(name: str, texts: Mapping[Key, Text]) -> str:
    """What is sent under `name`, in a word or two."""
    own = active.texts(name)
    if own:
        return _("version %(number)s") % {"number": next(iter(own.values())).number}
    return _("shipped") if texts else _("nothing yet")


def parts(texts: Mapping[Key, Text], worst: Mapping[str, Mapping[str, str]]) -> list[tuple[str, int]]:
    """How many parts the text takes with the longest values, by language."""
    found = []
    for (language, channel), text in sorted(texts.items()):
        weight = worst_segments(text.body, worst.get(language, {})) if channel is Channel.SMS else None
        if weight is not None:
            found.append((language, weight.count))
    return found


def _last_sent() -> dict[str, datetime]:
    newest = Message.objects.aggregate(last=Max("pk"))["last"] or 0
    rows = Message.objects.filter(pk__gt=newest - LOOKED_AT).exclude(template="").order_by()
    return {
        row["template"]: row["at"]
        for row in rows.values("template").annotate(at=Max("accepted_at"))
        if row["at"] is not None
    }


def _group(name: str) -> str:
    for title, heads in _GROUPS.items():
        if name.startswith(heads):
            return title
    return _STAFF if speaks_to_staff(name) else _ANSWERS
