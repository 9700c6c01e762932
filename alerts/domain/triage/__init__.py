"""Triage of texts: what a patient's own words report, and which rules fire on them.

Deterministic: the same text gives the same reading, and every finding is shown.

`plain` folds a text into words, `spelling` mends them, `patterns` finds the lexicon's concepts among them, `numbers`
the values, `stance` decides how each is meant, `firing` applies the rules, `review` concludes.
"""

from __future__ import annotations

from alerts.domain.triage.reading import read
from alerts.domain.triage.values import Context, Evidence, Fired, Reading, Stance

__all__ = ["Context", "Evidence", "Fired", "Reading", "Stance", "read"]
