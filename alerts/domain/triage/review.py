"""The conclusion of a reading: whether a person must read the text though nobody is paged, and why, in words."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.domain.triage.lexicon import LEXICON
from alerts.domain.triage.plain import Plain
from alerts.domain.triage.values import Evidence, Fired, Reading, Stance
from alerts.domain.words import TITLES

_EVERYDAY = LEXICON.class_of("@everyday")
_BODILY = LEXICON.class_of("@bodily")
#: Of a text that is plain logistics, at most this share of words may be strangers.
_STRANGERS = 0.25
#: A longer word is several run together; more single letters than this are words taken apart.
_JOINED, _LETTERS = 16, 3
#: How people speak of being unwell without saying how; harmless only in a kind word ("I feel great, thank you").
_UNWELL = LEXICON.class_of("@unwell")
#: Asked for by more than the one word that carriers answer.
_HELP = LEXICON.class_of("@cry")
#: How words begin that speak of our texts.
_TEXTING = (
    "text",
    "messag",
    "mensaj",
    "remind",
    "recordat",
    "avis",
    "sms",
    "list",
    "number",
    "numer",
    "phone",
    "unsub",
    "subscri",
    "suscri",
    "contact",
    "escri",
    "notif",
    "opt",
    "alert",
    "mand",
    "envi",
    "envia",
    "recib",
    "baja",
    "send",
)
#: What stands around a sign and is none.
_CIRCUMSTANCES = frozenset({"after.denosumab", "thinner"})
_HOW = {
    Stance.NEGATED: "is denied",
    Stance.PAST: "is past or over",
    Stance.HYPOTHETICAL: "is only supposed",
    Stance.QUESTION: "is asked about",
    Stance.ELSEWHERE: "is somebody else's",
}


def conclude(
    plain: Plain, fired: tuple[Fired, ...], evidence: tuple[Evidence, ...], intents: set[str], *, doubtful: bool
) -> Reading:
    """Put it together; in doubt a person reads it. `doubtful`: its words weigh like those of red flags."""
    for name in _clinical_intents(fired, evidence):
        intents.add(name)
    page = any(found.tier.pages for found in fired)
    told = any(sign.concept not in _CIRCUMSTANCES for sign in evidence)
    strangers = _strangers(plain)
    everyday = _is_plainly_everyday(plain, intents, strangers) and not (doubtful and strangers)
    review = not page and (told or bool(fired) or not everyday)
    return Reading(fired, evidence, frozenset(intents), review, _why(fired, evidence, review=review, intents=intents))


def _clinical_intents(fired: Sequence[Fired], evidence: Sequence[Evidence]) -> list[str]:
    if any(found.tier.pages for found in fired):
        return []
    standing = [sign for sign in evidence if sign.standing]
    names = []
    if any(sign.concept.startswith(("pain", "back.pain")) for sign in standing):
        names.append("pain_routine")
    elif standing:
        names.append("routine_side_effect")
    return names


def _strangers(plain: Plain) -> int:
    return sum(_EVERYDAY not in token.classes and token.word.isalpha() for token in plain.tokens)


def _is_plainly_everyday(plain: Plain, intents: set[str], strangers: int) -> bool:
    """Whether it is, without a doubt, a keyword, logistics or a kind word."""
    if plain.foreign or not intents or not plain.tokens:
        return False
    if any(_BODILY in token.classes for token in plain.tokens) or _is_unwell_or_calls_for_help(plain, intents):
        return False
    if (
        any(len(token.word) > _JOINED for token in plain.tokens)
        or sum(len(t.word) == 1 for t in plain.tokens) > _LETTERS
    ):
        return False
    return strangers <= max(1, len(plain.tokens) * _STRANGERS)


def _is_unwell_or_calls_for_help(plain: Plain, intents: set[str]) -> bool:
    said = {number for token in plain.tokens for number in token.classes}
    if _UNWELL in said and "thanks_chitchat" not in intents:
        return True
    if "stop" in intents and len(plain.tokens) > 2 and not any(word.startswith(_TEXTING) for word in _words(plain)):
        # "Make it stop": of what?
        return True
    return intents == {"help"} and _HELP in said and len(plain.tokens) > 1


def _words(plain: Plain) -> list[str]:
    return [token.word for token in plain.tokens]


def _why(fired: Sequence[Fired], evidence: Sequence[Evidence], *, review: bool, intents: set[str]) -> str:
    if fired:
        worst = fired[0]
        words = ", ".join(f"“{sign.words}”" for sign in worst.evidence[:4])
        return f"{TITLES[worst.condition]} ({worst.tier.value.upper()}): {words}."
    if evidence:
        told = [f"“{sign.words}” {_HOW[sign.stance]}" for sign in evidence if sign.stance in _HOW][:3]
        told += [f"“{sign.words}” alone raises no alert" for sign in evidence if sign.standing][: 3 - len(told)]
        return f"Nothing urgent stands: {'; '.join(told)}."
    if review:
        return "Nothing was recognised for certain, so a person reads it."
    return f"Everyday message: {', '.join(sorted(intents))}."
