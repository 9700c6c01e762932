"""Whether a text does nothing but ask for the link to the writer's own page."""

from __future__ import annotations

from messaging.domain.plain import words

_PAGE = ("page", "link", "web page", "website", "pagina", "enlace", "liga", "pagina web")
_AROUND = ("", "my", "the", "your", "a", "new", "mi", "la", "el", "su", "una", "un", "nuevo", "nueva")
_BEFORE = (
    "",
    "send",
    "send me",
    "resend",
    "please send",
    "please send me",
    "can i have",
    "can i get",
    "need",
    "i need",
)
_ANTES = ("", "envie", "enviar", "envienme", "mande", "mandeme", "manden", "necesito", "quiero", "por favor mande")
_AFTER = ("", "please", "pls", "plz", "thanks", "por favor", "porfa", "gracias", "again", "otra vez")

#: Every way that is understood; what is longer than a wish is for a person to read.
WISHES = frozenset(
    " ".join(" ".join((before, around, page, after)).split())
    for before in {*_BEFORE, *_ANTES}
    for around in _AROUND
    for page in _PAGE
    for after in _AFTER
)


def asks_for_page(text: str) -> bool:
    """Whether `text` is such a wish and nothing besides."""
    return words(text) in WISHES
