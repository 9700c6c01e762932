"""What a nurse's text asks for. What is not understood for certain is asked about, while the ladder goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from alerts.domain import codes
from alerts.domain.reply_words import Meaning, Said, understand
from alerts.domain.words import Outcome
from messaging.domain import plain

#: Emoji that are an answer.
_SIGNS = {
    "[\U0001f44d\U0001f44c\u2705\u2714\U0001f197\U0001f64b\U0001f4aa]": Meaning.TAKE,
    "[\U0001f44e\u274c\U0001f645]": Meaning.CANNOT,
    "[\U0001f64f\u2764\U0001f60a\U0001f642]": Meaning.THANKS,
}
_QUESTION = re.compile(r"[?¿]")


class Act(StrEnum):
    """What is asked for."""

    ACCEPT = "accept"
    HAND_BACK = "hand_back"
    REACHED = "reached"
    NOT_REACHED = "not_reached"
    CLOSE = "close"
    LIST = "list"
    THANKS = "thanks"
    UNCLEAR = "unclear"


_REFUSALS = {Meaning.NO, Meaning.CANNOT, Meaning.REFUSE}
#: The acts that need no outcome: what may be said together, and what of it must be said.
_PLAIN: tuple[tuple[Act, set[Meaning], set[Meaning]], ...] = (
    (Act.HAND_BACK, _REFUSALS, _REFUSALS),
    (Act.ACCEPT, {Meaning.TAKE}, {Meaning.TAKE}),
    (Act.REACHED, {Meaning.TAKE, Meaning.SPOKE}, {Meaning.SPOKE}),
    (Act.NOT_REACHED, {Meaning.TAKE, Meaning.NOT_SPOKE}, {Meaning.NOT_SPOKE}),
    (Act.LIST, {Meaning.LIST}, {Meaning.LIST}),
)


@dataclass(frozen=True, slots=True)
class Reply:
    """One text of a nurse, understood or not."""

    act: Act
    codes: tuple[str, ...] = ()
    #: What looks like a code and is none: mistyped.
    broken: tuple[str, ...] = ()
    outcome: Outcome | None = None
    #: Whether there was more in it than commands: a person should read it.
    has_words: bool = False


def read(text: str) -> Reply:
    """What `text` asks for."""
    found = codes.read(text)
    said = understand(plain.words(found.words).split())
    said = replace(said, meanings=said.meanings | _signs(found.words))
    if _QUESTION.search(found.words):
        asks = said.meanings <= {Meaning.LIST} and not said.strange
        act, outcome = (Act.LIST if asks else Act.UNCLEAR), None
    else:
        act, outcome = _decide(said, coded=bool(found.codes or found.broken))
    return Reply(act, found.codes, found.broken, outcome, said.strange)


def _signs(text: str) -> set[Meaning | Outcome]:
    return {meaning for shape, meaning in _SIGNS.items() if re.search(shape, text)}


def _decide(said: Said, *, coded: bool) -> tuple[Act, Outcome | None]:
    signs = said.meanings - {Meaning.THANKS}
    outcomes = {sign for sign in signs if isinstance(sign, Outcome)}
    words = {sign for sign in signs if isinstance(sign, Meaning)}
    if said.strange:
        # Passing on is the safe side: somebody else is paged. Everything else must be plain.
        return (Act.HAND_BACK if coded and signs == {Meaning.REFUSE} else Act.UNCLEAR), None
    if outcomes:
        return _ended(outcomes, words)
    if not words and coded and not said.vague:
        return Act.ACCEPT, None
    if not words and not coded and said.meanings:
        return Act.THANKS, None
    return next((act for act, allowed, needed in _PLAIN if words <= allowed and words & needed), Act.UNCLEAR), None


def _ended(outcomes: set[Outcome], words: set[Meaning]) -> tuple[Act, Outcome | None]:
    """An outcome closes a case: only one of them, said without a no."""
    allowed = {Meaning.TAKE, Meaning.SPOKE}
    if outcomes == {Outcome.WELFARE_CHECK}:
        allowed = {Meaning.TAKE, Meaning.NOT_SPOKE}
    if len(outcomes) > 1 or not words <= allowed:
        return Act.UNCLEAR, None
    return Act.CLOSE, next(iter(outcomes))
