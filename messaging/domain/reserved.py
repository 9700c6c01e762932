"""The words that carriers own: a person who answers with one of them talks to the carrier, not to us."""

from __future__ import annotations

import re

RESERVED = frozenset(
    {
        "YES", "CANCEL", "END", "QUIT", "STOP", "START", "HELP", "INFO", "STOPALL", "UNSUBSCRIBE", "REVOKE",
        "OPTOUT", "UNSTOP", "ALTO", "PARAR", "CANCELAR", "BASTA", "AYUDA",
    }
)  # fmt: skip

_QUOTES = "\"'“”‘’«»"
_INVITATION = re.compile(
    r"\b(?:reply|replying|text|texting|answer|send|respond|type|write"
    r"|responda|responder|conteste|contestar|env[ií]e|enviar|escriba|escribir|mande|mandar|texto)\b"
    r"(?:\s+(?:back|with|us|just|only|the\s+word|con|la\s+palabra|solo|sólo|us\s+with))*\s*:?\s*"
    rf"(?P<list>[{_QUOTES}]?\w+[{_QUOTES}]?(?:\s*(?:,|/|\bor\b|\bo\b|\bu\b)\s*[{_QUOTES}]?\w+[{_QUOTES}]?)*)",
    re.IGNORECASE,
)


def reserved_words(text: str) -> tuple[str, ...]:
    """The reserved words that `text` invites as an answer, each once, in order of appearance.

    Invited is what stands in capitals, and what follows "reply", "text", "responda" and the like, alone
    or in a list. "We are here to help" invites nothing.
    """
    found: list[tuple[int, str]] = [
        (match.start(), match.group()) for match in re.finditer(r"\b\w+\b", text) if match.group() in RESERVED
    ]
    for invitation in _INVITATION.finditer(text):
        start = invitation.start("list")
        offered = [(start + word.start(), word.group().upper()) for word in re.finditer(r"\w+", invitation["list"])]
        found += [(position, word) for position, word in offered if word in RESERVED]
    return tuple(dict.fromkeys(word for _, word in sorted(found)))
