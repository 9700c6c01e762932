"""How a text ends: the dispositions that a person gives it, and in words what the service made of it before."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


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
        return DISPOSITION_LABELS[self]


DISPOSITION_LABELS: Mapping[Disposition, str] = MappingProxyType(
    {
        Disposition.ANSWERED: "Answered in writing",
        Disposition.PHONED: "Phoned",
        Disposition.VISIT_CHANGED: "Visit changed",
        Disposition.RED_FLAG: "Raised as a red flag",
        Disposition.CONSENT_CHANGED: "Consent changed",
        Disposition.WRONG_NUMBER: "Wrong number",
        Disposition.NO_ANSWER_NEEDED: "No answer needed",
        Disposition.UNDERSTOOD: "Understood without a person",
        Disposition.ELSEWHERE: "Done from a task or the nurse’s inbox",
    }
)
#: What a person chooses from when closing.
CHOSEN = tuple(one for one in Disposition if one not in (Disposition.UNDERSTOOD, Disposition.ELSEWHERE))

#: What handlers say of a text → what staff read. A word may be followed by "+" and what more is in it.
_BECAME: Mapping[str, str] = MappingProxyType(
    {
        "": "Waits for a person",
        "inbox": "Waits for a person",
        "alert_raised": "Red flag raised: a nurse was paged",
        "alert_added": "Added to the open red flag",
        "alert_confirmed": "Confirmed the instruction",
        "nurse_inbox": "For a nurse to read",
        "opt_out": "Opted out of messages",
        "opt_in": "Wants messages again",
        "help": "Asked who we are: was answered",
        "confirmed": "Visit confirmed",
        "confirmed_already": "Visit was confirmed already",
        "move_asked": "Asked to move a visit: a task is open",
        "confirmed_late": "Confirmed a visit that is over",
        "thanks": "Thanks, nothing more",
        "answer_late": "Answers an old question: for a person",
        "visit_time_told": "Was told when the visit is now",
        "page_link": "Was sent the link to the patient’s page",
        "help_answered": "Asked who we are: was answered",
    }
)
_BEGINNINGS: Mapping[str, str] = MappingProxyType(
    {
        "nurse_": "A member of staff answered a page",
        "page_": "A member of staff answered a page",
        "confirm": "Visit confirmed",
        "move": "Asked to move a visit",
        "ask": "Was asked back",
        "which": "Asked back which visit is meant",
        "opt_": "Consent changed",
    }
)
_MORE: Mapping[str, str] = MappingProxyType(
    {"stop": "wants no more texts", "visit": "speaks of a visit", "more": "says more besides"}
)
#: Words of what is nobody's: the test alerts that walk the real path.
ROBOT = "canary"


def in_words(became: str) -> str:
    """What the service made of a text, for staff: never the code itself."""
    word, _, more = became.partition("+")
    said = _BECAME.get(word) or next((s for start, s in _BEGINNINGS.items() if word.startswith(start)), "")
    extra = [_MORE[each] for each in more.split("+") if each in _MORE]
    return "; ".join([said or "Understood", *extra])


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
