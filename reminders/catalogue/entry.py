"""What one entry of the treatment catalogue states, and the fields of the table that it fills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reminders.catalogue.classes import DRUG_CLASS
from reminders.catalogue.sources import is_unsourced, with_references
from reminders.domain.words import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One treatment or test. Spans are whole days; `interval_days` None is something done once.

    `facts` says in a few words where every number is from, with a mark in square brackets behind each
    claim: a number of catalogue/sources.py, or PROP or GK where there is no source.
    """

    code: str
    name: str
    route: Route
    facts: str
    interval_days: int | None = None
    early_days: int = 0
    late_days: int = 0
    minimum_gap_days: int = 1
    loading_days: tuple[int, ...] = ()
    maximum_doses: int | None = None
    default_visits: int | None = None
    weekdays_only: bool = False
    tracks_doses: bool = True
    duration_minutes: int = 60
    before: tuple[str, ...] = ()  # patients read these in mails: see catalogue/lines.py
    after: str = ""  # staff read this

    @property
    def needs_sign_off(self) -> bool:
        """Whether a clinician has to sign it before it is used: some of it has no source."""
        return is_unsourced(self.facts)

    @property
    def source(self) -> str:
        """The facts, and under them each source so that a reader can follow it."""
        return with_references(self.facts)

    def fields(self) -> dict[str, Any]:
        """Column by column, as the table of treatments stores it."""
        return {
            "code": self.code,
            "name": self.name,
            "route": self.route.value,
            "drug_class": DRUG_CLASS.get(self.code, ""),
            "interval_days": self.interval_days,
            "early_days": self.early_days,
            "late_days": self.late_days,
            "minimum_gap_days": self.minimum_gap_days,
            "loading_days": list(self.loading_days),
            "maximum_doses": self.maximum_doses,
            "default_visits": self.default_visits,
            "weekdays_only": self.weekdays_only,
            "tracks_doses": self.tracks_doses,
            "duration_minutes": self.duration_minutes,
            "before_visit_tasks": list(self.before),
            "after_visit_notes": self.after,
            "source": self.source,
            "needs_sign_off": self.needs_sign_off,
        }
