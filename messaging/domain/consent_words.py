"""Which texts ask us to stop, to start again, or who we are; in English and Spanish, however they are spelt.

A lone keyword counts as the carrier reads it. In more words a stop needs something about texts (stop_phrases):
"Stopped feeling my legs" is no opt-out, and neither is "stop the numbness please": such texts go on to those who read
them. `read` answers where a text says nothing else, `is_stop_among_others` hears the wish beside whatever else.
"""

# Shapes and lists of words that are cut in two are read by nobody.
# ruff: noqa: E501, SIM905
from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from messaging.domain import stop_phrases
from messaging.domain.plain import words
from messaging.domain.stop_spelling import mended


class Wish(StrEnum):
    """What the person asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Reading:
    """A wish, and the language in which it was made where the words tell."""

    wish: Wish
    language: str | None


#: What carriers obey by themselves; the same in every language, so they tell nothing of it.
CARRIER_STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
CARRIER_START = frozenset({"start", "unstop"})
CARRIER_HELP = frozenset({"help", "info"})

#: Whole texts that mean it without a word about texts, with or without a courtesy around them.
_STOP = {
    "en": frozenset(
        {"stop", "stop all", "quit", "unsubscribe", "opt out", "stop now", "stop it now", "leave us alone"}
    ),
    "es": frozenset({"alto", "parar", "pare", "paren", "basta", "detener", "baja", "no mas", "stop por favor"}),
}
#: These as they stand only: with more around them they may be about a visit, a pain or a life.
_STOP_BARE = {
    "en": frozenset({"no more", "remove", "remove me", "take me off", "leave me alone", "stop it with the texts"}),
    "es": frozenset({"cancelar", "dejen de molestar", "dejenme en paz", "no me interesa"}),
}
_MSG = r"(?:texts?|messages?|reminders?|sms|alerts?|mensajes?|textos?|recordatorios?)"
_START = {
    "en": re.compile(
        rf"(?:re)?(?:start|resume|subscribe)(?: me)?(?: again| (?:sending |texting |the |my |your |getting )*(?:{_MSG}|me)(?: again| back)*)?"
        r"|restart|opt (?:me |us )?(?:back )?in|optin|sign me (?:back )?up(?: again)?|(?:you can |please )?(?:text|message) me again"
        rf"|turn (?:the |my )?{_MSG} (?:back )?on(?: again)?|put me back on (?:the |your )?list"
        rf"|(?:i )?want (?:the |your |my )?{_MSG} (?:again|back)|send (?:me )?(?:the |your )?{_MSG} again"
    ),
    "es": re.compile(
        rf"(?:iniciar|inicio|empezar|comenzar|reanudar|reactivar)(?: (?:los )?{_MSG})?|alta|"
        rf"quiero (?:recibir )?(?:los |sus )?{_MSG} (?:otra vez|de nuevo)|(?:manden|envien)me (?:los )?{_MSG} (?:otra vez|de nuevo)"
        rf"|vuelvan a (?:mandarme|enviarme|escribirme)(?: {_MSG})?|(?:ya )?pueden (?:escribirme|mandarme {_MSG})(?: otra vez| de nuevo)?"
    ),
}
_HELP = {
    "en": re.compile(
        r"help me|who (?:is|are|am) (?:this|you|i texting)|whos this|who (?:is )?(?:texting|messaging|writing)(?: to)? me(?: this)?"
        r"|(?:what|whose) (?:number|phone) is this|what is this(?: number| about)?|who sent (?:me )?this"
    ),
    "es": re.compile(
        r"ayuda(?:me)?|informacion|quien(?:es)? (?:es|son|eres)(?: usted(?:es)?| este)?|quien me (?:escribe|manda)(?: esto)?"
        r"|(?:de )?quien es este (?:numero|telefono)|que (?:numero|es) (?:es )?esto?"
    ),
}
_COURTESIES = re.compile(
    r"^(?:(?:please|ok|okay|hi|hello|hey|sorry|thanks|thank you|yes|just|kindly|por favor|gracias|hola|bueno|ya|no gracias"
    r"|no thank you|no thanks) )+|(?: (?:please|now|thanks|thank you|already|asap|ok|por favor|gracias|ya))+$"
)
#: What may stand around a wish for silence without being news to anybody.
_FILLERS = frozenset(
    "please thanks thank you ok okay hi hello hey sorry now already again anymore any more kindly just yes no and so "
    "i we u me us my our your this that it the a to on of at by for from is are am do did can could would will how "
    "want told asked said people guys god bless sake gods last time times many too much get getting sick tired annoying "
    "wrong number person phone cell mobile instead only call calls prefer have has "
    "damn fucking fuck hell report ever all else anything these those them they with in ur list system clinic "
    "por favor gracias hola bueno ya mas nunca numero equivocado persona este esta mi su sus de la el los las que a en "
    "y o como hago quiero quisiera me le les nos nada porfa usted ustedes tantos muchos otra vez mejor llamen llame "
    "telefono celular lista sistema medio se equivocaron mama papa dios texts text messages message mensajes textos "
    "reminders recordatorios stop stopped pare paren alto basta".split()
)
#: What is about texts as a sentence of its own. "No more." and "cancel." may be about her life, or a visit.
_SILENCING_ALONE = frozenset({"stop", "stopall", "stop all", "unsubscribe", "optout", "opt out", "opt me out", "alto"})
#: What is, where the text speaks of texts elsewhere.
_SILENCING_THERE = frozenset({"stop", "quit", "paren", "pare", "basta", "ya basta", "ya paren", "parar"})
_ABOUT_TEXTS = re.compile(
    rf"\b(?:{_MSG}|texting|texted|txting|messaging|wrong number|wrong person|numero equivocado)\b"
)
#: A single character may be a whole sentence as words writes it: twenty thousand of them are no reading matter.
_LONGEST = 25_000
#: More than a keyword with every courtesy around it.
_LONGEST_BARE = 300
_EXPLAINED = re.compile(r"\b(?:i mean|i meant|o sea|quiero decir)\b", re.IGNORECASE)
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_SENTENCE_ENDS = re.compile(r"[.!;\n]+")


@lru_cache(maxsize=16)
def is_stop_among_others(text: str) -> bool:
    """Whether a text that says other things too also asks for no more texts: "stop texting me, my legs are numb".

    A sentence of its own must say it, or words about texts. "Stop the numbness please" asks for help.
    """
    if any(stop_phrases.find(_mended(clause)) for clause in stop_phrases.clauses(text)):
        return True
    # "Stop. I mean stop the pain": what was meant is said after it.
    alone = not _EXPLAINED.search(text)
    if alone and any(_mended(sentence) in _SILENCING_ALONE for sentence in _SENTENCE_ENDS.split(text)):
        return True
    about = _ABOUT_TEXTS.search(_mended(text)) is not None
    return about and any(_bare(_mended(clause)) in _SILENCING_THERE for clause in stop_phrases.clauses(text))


@lru_cache(maxsize=16)
def read(text: str, *, carrier_says: str = "") -> Reading | None:
    """The wish that `text` makes, if that is all it says. `carrier_says`: STOP, START, HELP or nothing.

    What the carrier has acted upon is so whatever the words: it will not let our texts through.
    """
    said = _mended(text)
    for wish, carrier, language in (
        (Wish.STOP, CARRIER_STOP, _stop_language(text, said)),
        (Wish.START, CARRIER_START, _whole(_START, said)),
        (Wish.HELP, CARRIER_HELP, _whole(_HELP, said)),
    ):
        keyword = said in carrier or (wish is not Wish.STOP and _bare(said) in carrier)
        if carrier_says == wish.name or (not carrier_says and (keyword or language)):
            return Reading(wish, None if said in carrier else language)
    return None


def language_of(text: str) -> str | None:
    """The language of a wish, alone or among others, where its words tell."""
    reading = read(text)
    if reading and reading.language:
        return reading.language
    found = (stop_phrases.find(_mended(clause)) for clause in stop_phrases.clauses(text))
    return next((one.language for one in found if one), None)


def _stop_language(text: str, said: str) -> str | None:
    """The language of a text that asks for silence and says nothing else."""
    bare = _bare(said)
    for language in _STOP:
        if bare in _STOP[language] or said in _STOP_BARE[language]:
            return language
    found_in: str | None = None
    rest: list[str] = []
    for clause in map(_mended, stop_phrases.clauses(text)):
        found = stop_phrases.find(clause)
        found_in = found_in or (found.language if found else None)
        rest += (found.around if found else clause).split()
    return found_in if _FILLERS.issuperset(rest) else None


def _whole(phrases: dict[str, re.Pattern[str]], said: str) -> str | None:
    return next((language for language, phrase in phrases.items() if phrase.fullmatch(_bare(said))), None)


def _bare(said: str) -> str:
    """Without courtesies; what consists of nothing else stays as it is."""
    if len(said) > _LONGEST_BARE:
        return said
    return _COURTESIES.sub("", said) or said


def _mended(text: str) -> str:
    """As plain words, spelt as they were meant: "STOOOP" and "s.t.o.p" are stop."""
    said = _DRAWN_OUT.sub(r"\1", words(text)[:_LONGEST]).split()
    if len(said) > 2 and all(len(word) == 1 and word.isalpha() for word in said):
        said = ["".join(said)]
    return " ".join(map(mended, said))
