"""How a text ends: the dispositions that a person gives it, and in words what the service made of it before."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from staff.domain.tongue import N_
from staff.domain.tongue import gettext as _


class Disposition(StrEnum):
    """What became of a text that a person has read. The value is stored; `label` is what staff read."""

    ANSWERED = "answered"
    PHONED = "phoned"
    VISIT_CHANGED = "visit_changed"
    RED_FLAG = "red_flag"
    CONSENT_CHANGED = "consent_changed"
    WRONG_NUMBER = "wrong_number"
    NO_ANSWER_NEEDED = "no_answer_needed"
    UNDERSTOOD = "understood"  # by the service, at once
    ELSEWHERE = "elsewhere"  # a person did it from a task or from the nurse's inbox

    @property
    def label(self) -> str:
        """The disposition as staff read it."""
        return _(DISPOSITION_LABELS[self])


DISPOSITION_LABELS: Mapping[Disposition, str] = MappingProxyType(
    {
        Disposition.ANSWERED: N_("Answered in writing"),
        Disposition.PHONED: N_("Phoned"),
        Disposition.VISIT_CHANGED: N_("Visit changed"),
        Disposition.RED_FLAG: N_("Raised as a red flag"),
        Disposition.CONSENT_CHANGED: N_("Consent changed"),
        Disposition.WRONG_NUMBER: N_("Wrong number"),
        Disposition.NO_ANSWER_NEEDED: N_("No answer needed"),
        Disposition.UNDERSTOOD: N_("Understood without a person"),
        Disposition.ELSEWHERE: N_("Done from a task or the nurse’s inbox"),
    }
)
#: What a person chooses from when closing.
CHOSEN = tuple(one for one in Disposition if one not in (Disposition.UNDERSTOOD, Disposition.ELSEWHERE))

#: What handlers say of a text → what staff read. A word may be followed by "+" and what more is in it.
_BECAME: Mapping[str, str] = MappingProxyType(
    {
        "": N_("Waits for a person"),
        "inbox": N_("Waits for a person"),
        "alert_raised": N_("Red flag raised: a nurse was paged"),
        "alert_added": N_("Added to the open red flag"),
        "alert_confirmed": N_("Confirmed the instruction"),
        "nurse_inbox": N_("For a nurse to read"),
        "opt_out": N_("Opted out of messages"),
        "opt_in": N_("Wants messages again"),
        "help": N_("Asked who we are: was answered"),
        "confirmed": N_("Visit confirmed"),
        "confirmed_already": N_("Visit was confirmed already"),
        "move_asked": N_("Asked to move a visit: a task is open"),
        "confirmed_late": N_("Confirmed a visit that is over"),
        "thanks": N_("Thanks, nothing more"),
        "answer_late": N_("Answers an old question: for a person"),
        "visit_time_told": N_("Was told when the visit is now"),
        "page_link": N_("Was sent the link to the patient’s page"),
        "help_answered": N_("Asked who we are: was answered"),
    }
)
_BEGINNINGS: Mapping[str, str] = MappingProxyType(
    {
        "nurse_": N_("A member of staff answered a page"),
        "page_": N_("A member of staff answered a page"),
        "confirm": N_("Visit confirmed"),
        "move": N_("Asked to move a visit"),
        "ask": N_("Was asked back"),
        "which": N_("Asked back which visit is meant"),
        "opt_": N_("Consent changed"),
    }
)
_MORE: Mapping[str, str] = MappingProxyType(
    {"stop": N_("wants no more texts"), "visit": N_("speaks of a visit"), "more": N_("says more besides")}
)
#: Words of what is nobody's: the test alerts that walk the real path.
ROBOT = "canary"


def in_words(became: str) -> str:
    """What the service made of a text, for staff: never the code itself."""
    word, _unused, more = became.partition("+")
    said = _BECAME.get(word) or next((s for start, s in _BEGINNINGS.items() if word.startswith(start)), "")
    extra = [_(_MORE[each]) for each in more.split("+") if each in _MORE]
    return "; ".join([_(said) if said else _("Understood"), *extra])


def choices() -> list[tuple[str, str]]:
    """The codes that read alike, with commas between, and their words; what has no words of its own is not offered."""
    codes: dict[str, list[str]] = {}
    for code, words in _BECAME.items():
        if code:
            codes.setdefault(words, []).append(code)
    return [(",".join(alike), _(words)) for words, alike in codes.items()]


def by_itself(became: str) -> Disposition:
    """How a text ends at once that needs no person, or that somebody has in another list already."""
    word = became.partition("+")[0]
    if word in ("alert_raised", "alert_added"):
        return Disposition.RED_FLAG
    return Disposition.CONSENT_CHANGED if word.startswith("opt_") else Disposition.UNDERSTOOD


def nobody_has_it(became: str) -> bool:
    """Whether no handler made anything of it: then a person must read it."""
    return became in ("", "inbox")


def has_more_in_it(became: str) -> bool:
    """Whether there is more in it than what was done: a visit, a wish for silence. A person looks at that too."""
    return "+" in became
