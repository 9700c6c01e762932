"""Versions of a rule as its page shows them: in words, side by side, and what changed from one to the next."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from alerts.admin.marked import concept_in_words
from alerts.admin.words import TIERS
from alerts.domain.words import Tier
from alerts.models import AlertRule, RuleVersion
from patients.admin.fields import LANGUAGE_NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One version on a rule's page."""

    version: RuleVersion
    is_active: bool
    written: str
    signed: str
    changes: list[tuple[str, SafeString]]


def history(rule: AlertRule) -> list[Shown]:
    """Every version, the newest first, each with what it changed."""
    versions = list(rule.versions.select_related("policy", "signed_off_by").order_by("number"))
    shown = []
    for before, version in zip([None, *versions], versions, strict=False):
        shown.append(
            Shown(
                version=version,
                is_active=version.pk == rule.active_version_id,
                written=_("%(local)s by %(written_by)s")
                % {"local": _local(version.written_at), "written_by": version.written_by},
                signed=signature(version),
                changes=_changes(before, version) if before else [],
            )
        )
    return shown[::-1]


def signature(version: RuleVersion) -> str:
    """Who answers for it, since when."""
    if not version.is_signed:
        return ""
    login = (
        _(" (signed in as %(who)s)") % {"who": version.signed_off_by.get_username()} if version.signed_off_by else ""
    )
    return f"{version.signed_off_as}, {_local(version.signed_off_at)}{login}"


def facts(version: RuleVersion) -> list[tuple[str, str]]:
    """A version in words: what fires it, what is said, who is paged."""
    fires = [
        (_("Trigger %(n)s") % {"n": n}, f"{words}: {text}")
        for n, (_unused, words, text) in enumerate(fires_in_words(version), 1)
    ]
    return [*fires, *told(version), *rest(version)]


def fires_in_words(version: RuleVersion) -> list[tuple[Tier, str, str]]:
    """Tier, its words, and `2 of thirst, constipation, …; only with spine metastases`: what fires it."""
    found = []
    for trigger in version.fires_on.get("triggers", []):
        tier = Tier(trigger["tier"])
        found.append((tier, TIERS[tier], _trigger(trigger)))
    tier = Tier(version.fires_on.get("phrase_tier", Tier.RED))
    for language, phrases in sorted(version.fires_on.get("phrases", {}).items()):
        said = ", ".join(f"“{phrase}”" for phrase in phrases)
        found.append(
            (
                tier,
                TIERS[tier],
                _("the clinic’s own phrases, %(language)s: %(said)s") % {"language": _language(language), "said": said},
            )
        )
    return found


def told(version: RuleVersion) -> list[tuple[str, str]]:
    """Each text to the patient by its name."""
    texts = ((_("Told at once"), version.instruction), (_("Told when nobody has come"), version.fallback))
    return [(f"{kind}, {_language(language)}", text) for kind, by in texts for language, text in sorted(by.items())]


def rest(version: RuleVersion) -> list[tuple[str, str]]:
    """When the fallback goes out, whom the policy pages, where it all comes from."""
    return [
        (_("Fallback after"), _("%(fallback_after)s min without a nurse") % {"fallback_after": version.fallback_after}),
        (_("Escalation policy"), version.policy.name),
        (_("Source"), version.source),
    ]


def tiers_of(fires_on: Mapping[str, Any]) -> list[Tier]:
    """The tiers at which a version may fire, the worst first."""
    found = {Tier(trigger["tier"]) for trigger in fires_on.get("triggers", [])}
    if any(fires_on.get("phrases", {}).values()):
        found.add(Tier(fires_on.get("phrase_tier", Tier.RED)))
    return sorted(found, key=lambda tier: tier.rank)


def joined(parts: Sequence[SafeString]) -> SafeString:
    """Pieces of HTML with a space between."""
    return format_html_join(" ", "{}", [(part,) for part in parts])


def difference(before: str, after: str) -> SafeString:
    """What was struck and what was added, word by word."""
    old, new = before.split(), after.split()
    parts: list[SafeString] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(format_html("{}", " ".join(old[a:b])))
            continue
        if a < b:
            parts.append(format_html("<del>{}</del>", " ".join(old[a:b])))
        if c < d:
            parts.append(format_html("<ins>{}</ins>", " ".join(new[c:d])))
    return joined(parts)


def _changes(before: RuleVersion, after: RuleVersion) -> list[tuple[str, SafeString]]:
    old, new = dict(facts(before)), dict(facts(after))
    names = list(dict.fromkeys([*new, *old]))
    return [
        (name, difference(old.get(name, ""), new.get(name, "")))
        for name in names
        if old.get(name, "") != new.get(name, "")
    ]


def _trigger(trigger: dict[str, Any]) -> str:
    parts = []
    concepts: Sequence[str] = trigger.get("concepts", ())
    if concepts:
        least = trigger.get("at_least", 1)
        names = ", ".join(map(concept_in_words, concepts))
        parts.append(
            names
            if len(concepts) == 1
            else _("any of %(names)s") % {"names": names}
            if least == 1
            else _("%(least)s of %(names)s") % {"least": least, "names": names}
        )
    if trigger.get("temperature_c") is not None:
        celsius = float(trigger["temperature_c"])
        parts.append(
            _("%(celsius)s °C (%(celsius2)s °F) or more")
            % {"celsius": f"{celsius:.1f}", "celsius2": f"{celsius * 9 / 5 + 32:.1f}"}
        )
    words = " or ".join(parts)
    if trigger.get("needs"):
        words += f"; only with {', '.join(map(concept_in_words, trigger['needs']))}"
    if trigger.get("unless"):
        words += f"; not with {', '.join(map(concept_in_words, trigger['unless']))}"
    return words


def _language(code: str) -> str:
    return LANGUAGE_NAMES.get(code, code)


def _local(at: Any) -> str:
    return date_format(timezone.localtime(at), "j M Y, H:i") if at else "–"
