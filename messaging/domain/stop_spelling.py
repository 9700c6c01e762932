"""How people spell the words with which they ask for silence: hurried, abridged, misspelt, in both languages."""

# ruff: noqa: E501 - lists of words
from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import OSA

#: Too short to be guessed at: "test" and "next" are as near to "text" as "tex" is.
_SHORT = {
    "txt": "text", "txts": "texts", "tex": "text", "tx": "text", "texs": "texts", "txting": "texting",
    "txtin": "texting", "textin": "texting", "texing": "texting", "textng": "texting", "texted": "texted",
    "msg": "message", "msgs": "messages", "mesg": "message", "mssg": "message", "mssgs": "messages",
    "msging": "messaging", "msj": "mensaje", "msjs": "mensajes", "mjs": "mensajes", "sms": "sms",
    "stpo": "stop", "sotp": "stop", "stopp": "stop", "sstop": "stop", "stahp": "stop", "stp": "stop", "tsop": "stop",
    "stoop": "stop", "quitt": "quit", "dnt": "dont", "donot": "do not", "dun": "dont", "doont": "dont",
    "pls": "please", "plz": "please", "plse": "please", "pleas": "please", "u": "you", "ur": "your", "thx": "thanks",
    "frm": "from", "anymor": "anymore", "nomore": "no more", "nomas": "no mas", "optout": "opt out",
    "num": "number", "nmbr": "number", "wanna": "want to", "im": "i am", "ive": "i have", "id": "i would",
    "kiero": "quiero", "qiero": "quiero", "q": "que", "k": "que", "d": "de", "porfa": "por favor",
    "porfavor": "por favor", "xfavor": "por favor", "xfa": "por favor", "noo": "no", "mandn": "manden",
    "stoptexting": "stop texting", "stoptexts": "stop texts", "stopping": "stopping", "stoptext": "stop texts",
    "remov": "remove", "remve": "remove", "remvoe": "remove", "delte": "delete", "snd": "send", "sned": "send",
}  # fmt: skip
#: What a longer word that nobody knows may have been meant as.
_LONG = (
    "unsubscribe", "unsubscribing", "remove", "contact", "contacting", "messages", "message", "messaging", "texting",
    "reminders", "notifications", "sending", "receive", "receiving", "cancel", "discontinue", "anymore", "please",
    "mensajes", "mensaje", "recordatorios", "notificaciones", "escriban", "escribirme", "manden", "mandarme",
    "mandarle", "enviarme", "envien", "quiero", "recibir", "textearme", "texteen", "cancelar", "cancelen", "quitenme",
    "saquenme", "borren", "eliminen", "numero", "suscripcion", "subscription",
)  # fmt: skip
#: Words of their own, however near they are.
_OTHERS = frozenset(
    {
        "removed", "removes", "remover", "contacts", "contacted", "messaged", "canceled", "cancels", "cancer",
        "testing", "resting", "tasting", "mandan", "manda", "mandaron", "mandado", "mandar", "envian", "escriben", "escribe",
        "reminder", "resending", "spending", "pending", "ending", "lending", "bending", "mending", "tending", "vending",
        "received", "receives", "deceive", "quieren", "quiere", "quieras", "recibi", "recibio", "recibo", "borran",
        "borre", "cancele", "cancela", "cancelo", "cancelan", "eliminan", "envie", "envies", "mande", "mandes",
        "escriba", "escribas", "numeros", "contacte", "contacten", "contacto", "pleased", "pleases", "massage",
        "massages", "massaging", "passages", "passage", "salesman", "menses", "notification", "notificacion",
        "recordatorio", "unsubscribed", "subscribe", "enviar", "enviarle", "mandarlo", "mandarla", "mandarles",
        "escribir", "escribirle", "receipt", "remote", "removal", "tenting", "teething", "tingling", "casing",
        "seeding", "sanding", "standing", "feeding", "bleeding", "needing", "saquen", "quiten", "saqueme", "quiteme", "viajes",
        "mensual", "mensuales", "suscripciones", "texted", "quemo", "quero", "manos", "mandenme", "envienme",
    }
)  # fmt: skip
_GUESSED_FROM = 6


@lru_cache(maxsize=4096)
def mended(word: str) -> str:
    """`word` (as plain.words writes it) as it is spelt; one that nothing is near to stays as it is."""
    if word in _SHORT:
        return _SHORT[word]
    if len(word) < _GUESSED_FROM or word in _OTHERS or word in _LONG:
        return word
    near = [(OSA.distance(word, known, score_cutoff=2), known) for known in _LONG if known[0] == word[0]]
    allowed = [(far, known) for far, known in near if far <= (2 if len(known) >= 9 else 1)]
    return min(allowed)[1] if allowed else word
