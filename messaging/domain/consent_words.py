"""Which texts ask us to stop, to start again, or who we are; in English and Spanish.

Only a text that says nothing else counts: a single word or a short phrase, whole. "Stopped feeling my
legs" is no opt-out, and neither is "stop the numbness please": such texts go on to those who read them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from messaging.domain.plain import words


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

_STOP = {
    "en": frozenset(
        {
            "opt out", "opt me out", "stop all", "stop please", "please stop", "stop texting", "stop texting me",
            "please stop texting me", "stop messaging me", "stop sending me texts", "stop sending messages",
            "stop messages", "stop texts", "stop these texts", "no more", "no more texts", "no more messages",
            "no more texts please", "no more messages please", "dont text me", "dont text me anymore",
            "do not text me", "do not text me anymore", "please dont text me", "please dont text me anymore",
            "please do not text me", "dont message me", "do not contact me", "remove me", "remove my number",
            "take me off", "take me off your list", "take me off the list", "unsubscribe me", "unsubscribe please",
            "cancel messages", "cancel texts", "leave me alone",
        }
    ),
    "es": frozenset(
        {
            "alto", "parar", "pare", "paren", "cancelar", "basta", "detener", "baja", "darme de baja", "dar de baja",
            "no mas", "ya no mas", "no mas mensajes", "no mas textos", "no quiero mas mensajes",
            "no quiero mensajes", "no quiero recibir mas mensajes", "no quiero recibir mensajes",
            "no me envien mas mensajes", "no me manden mas mensajes", "no enviar mas", "no me escriban",
            "no me escriban mas", "por favor no me escriban mas", "dejen de escribirme", "dejen de enviarme mensajes",
            "paren los mensajes", "cancelar mensajes",
        }
    ),
}  # fmt: skip
_START = {
    "en": frozenset({"start again", "start texts", "start messages", "opt in", "optin", "resume", "subscribe"}),
    "es": frozenset({"iniciar", "empezar", "comenzar", "reanudar", "alta"}),
}
_HELP = {
    "en": frozenset({"help me", "who is this", "who are you"}),
    "es": frozenset({"ayuda", "informacion", "quien es", "quienes son"}),
}
#: What makes a phrase one about texts, and not about whatever else should stop.
_OF_TEXTS = re.compile(r"text|messag|mensaje|escrib|number|list|contact|unsubscribe|opt out")
_SILENCING = tuple(
    f" {phrase} " for phrases in _STOP.values() for phrase in phrases if _OF_TEXTS.search(phrase) and " " in phrase
)
_SENTENCE_ENDS = re.compile(r"[.!;\n]+")
#: What is about texts as a sentence of its own. "No more." and "cancel." may be about her life, or a visit.
_SILENCING_ALONE = frozenset({"stop", "stopall", "stop all", "unsubscribe", "optout", "opt out", "opt me out"})
_NOT_TO_STOP = re.compile(r" (dont|not|never|no) (stop|paren|dejen) ")


def is_stop_among_others(text: str) -> bool:
    """Whether a text that says other things too also asks for no more texts: "stop texting me, my legs are numb".

    A sentence of its own must say it, or words about texts. "Stop the numbness please" asks for help.
    """
    said = _NOT_TO_STOP.sub(" ", f" {words(text)} ")
    if any(phrase in said for phrase in _SILENCING):
        return True
    return any(words(sentence) in _SILENCING_ALONE for sentence in _SENTENCE_ENDS.split(text))


def read(text: str, *, carrier_says: str = "") -> Reading | None:
    """The wish that `text` makes, if that is all it says. `carrier_says`: STOP, START, HELP or nothing.

    What the carrier has acted upon is so whatever the words: it will not let our texts through.
    """
    said = words(text)
    for wish, carrier, phrases in (
        (Wish.STOP, CARRIER_STOP, _STOP),
        (Wish.START, CARRIER_START, _START),
        (Wish.HELP, CARRIER_HELP, _HELP),
    ):
        language = next((code for code, known in phrases.items() if said in known), None)
        if carrier_says == wish.name or (not carrier_says and (said in carrier or language)):
            return Reading(wish, language)
    return None


def language_of(text: str) -> str | None:
    """The language of a wish, where its words tell."""
    reading = read(text)
    return reading.language if reading else None
