"""How a text ends: the dispositions that a person gives it."""

from __future__ import annotations

from enum import StrEnum


class Disposition(StrEnum):
    """What became of a text that a person has read. The value is stored; `label` is what staff read."""

    ANSWERED = "answered"
    PHONED = "phoned"
    VISIT_CHANGED = "visit_changed"
    RED_FLAG = "red_flag"
    CONSENT_CHANGED = "consent_changed"
    WRONG_NUMBER = "wrong_number"
    NO_ANSWER_NEEDED = "no_answer_needed"

    @property
    def label(self) -> str:
        """The disposition as staff read it."""
        return DISPOSITION_LABELS[self]


DISPOSITION_LABELS: dict[Disposition, str] = {
    Disposition.ANSWERED: "Answered by text",
    Disposition.PHONED: "Phoned",
    Disposition.VISIT_CHANGED: "Visit changed",
    Disposition.RED_FLAG: "Raised as a red flag",
    Disposition.CONSENT_CHANGED: "Consent changed",
    Disposition.WRONG_NUMBER: "Wrong number",
    Disposition.NO_ANSWER_NEEDED: "No answer needed",
}
