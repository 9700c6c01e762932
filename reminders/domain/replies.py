"""Reading a short answer to a reminder: confirmed, another time please, or words for a person to read."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Answer(StrEnum):
    """What a reply to a reminder says."""

    CONFIRM = "confirm"
    MOVE = "move"


_CONFIRM = frozenset(
    {"1", "c", "ok", "okay", "k", "yes", "y", "yep", "yeah", "sure", "confirm", "confirmed"}
    | {"si", "vale", "claro", "de_acuerdo", "confirmo", "confirmado", "confirmada"}
)
_MOVE = frozenset(["2", "r", "move", "reschedule", "cambiar", "cambio", "mover", "reprogramar"])


def read(body: str) -> Answer | None:
    """The answer in `body` where the whole of it is one of the few words we ask for, or means the same.

    Anything longer is for a person to read: "1 but my back hurts" must not be taken for a plain yes.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", body.casefold()) if not unicodedata.combining(c))
    word = "_".join(re.findall(r"\w+", plain))
    if word in _CONFIRM:
        return Answer.CONFIRM
    return Answer.MOVE if word in _MOVE else None
