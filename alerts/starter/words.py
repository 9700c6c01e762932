"""The words of starter rules, and the pieces that their fallbacks share.

Each text is one SMS with the clinic's line filled in. Spanish does without accents that an SMS cannot
carry cheaply, by choosing other words. All of it is a draft that a clinician of the clinic signs.
"""

from __future__ import annotations

from dataclasses import dataclass

from alerts.domain.words import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """The words of one rule. `facts`: where they are from, with marks of alerts/starter/sources.py."""

    code: str
    condition: Condition
    en: str
    es: str
    fallback_en: str
    fallback_es: str
    fallback_after: int  # minutes
    facts: str

    @property
    def at_once(self) -> dict[str, str]:
        """By language, what she is told at once."""
        return {"en": self.en, "es": self.es}

    @property
    def fallback(self) -> dict[str, str]:
        """By language, what she is told when nobody has taken it in time."""
        return {"en": self.fallback_en, "es": self.fallback_es}


CONFIRM_EN = "Reply 1 when you have read this."
CONFIRM_ES = "Responda 1 cuando haya visto esto."
NOBODY_EN = "No nurse has reached you yet."
NOBODY_ES = "Una enfermera no ha podido llamarle."
_ER_EN = "Go to the emergency room or call 911 NOW."
_ER_ES = "Vaya YA a urgencias o llame al 911."


def fallback_en(more: str = "Do not drive yourself.") -> str:
    """She is to go without waiting any longer."""
    return f"{NOBODY_EN} {_ER_EN} {more} {CONFIRM_EN}"


def fallback_es(more: str = "No maneje.") -> str:
    """The same in Spanish."""
    return f"{NOBODY_ES} {_ER_ES} {more} {CONFIRM_ES}"
