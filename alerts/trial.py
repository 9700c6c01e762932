"""A text tried out: which rules fire on which words, what the patient would get, who would be paged. Stores nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import dry_run, raising, rulebook, telling
from alerts.domain.dry_run import Line
from alerts.domain.policy import Policy
from alerts.domain.triage import Context, Fired, Reading, read
from alerts.domain.words import Tier
from alerts.models import RuleVersion
from patients.models import Clinic

LINES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """One rule that fires, and what would follow if it were alone."""

    fired: Fired
    version: RuleVersion
    stands_in: bool
    instruction: str
    fallback: str
    policy: Policy | None
    lines: tuple[Line, ...]
    #: An amber one beside a red flag stands in its report and pages nobody by itself.
    is_beside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a text would come to."""

    text: str
    reading: Reading
    firings: tuple[Firing, ...]


def try_text(text: str, *, context: Context, clinic: Clinic, language: str, at: datetime) -> Trial:
    """Read `text` as if it arrived at `at` (aware) from a patient of `clinic`, by the rules in force."""
    book = rulebook.current()
    reading = read(text, book.rules, context)
    versions = RuleVersion.objects.select_related("rule", "policy").in_bulk(
        [book.versions[one.rule] for one in reading.fired]
    )
    firings = [
        _firing(
            one,
            versions[book.versions[one.rule]],
            clinic,
            language,
            at,
            stands_in=one.rule in book.stand_ins,
            is_beside=reading.page and one.tier is Tier.AMBER,
        )
        for one in reading.fired
    ]
    return Trial(text=text, reading=reading, firings=tuple(firings))


def _firing(
    fired: Fired, version: RuleVersion, clinic: Clinic, language: str, at: datetime, *, stands_in: bool, is_beside: bool
) -> Firing:
    # Green ones are read in the inbox: nobody is paged and no ladder is climbed.
    climbs = fired.tier in raising.ALERTING and not is_beside
    policy = rulebook.frozen(rulebook.policy_for(version, fired.tier, clinic)) if climbs else None
    after = timedelta(minutes=version.fallback_after)
    lines = (
        dry_run.rehearse(policy, clinic, tier=fired.tier, at=at, fallback_after=after, lines=LINES) if policy else ()
    )
    return Firing(
        fired=fired,
        version=version,
        stands_in=stands_in,
        instruction=telling.instruction_words(version, clinic, language, stands_in=stands_in),
        fallback=telling.fallback_words(version, clinic, language, stands_in=stands_in),
        policy=policy,
        lines=lines,
        is_beside=is_beside,
    )
