"""The GSM 7-bit alphabet (3GPP TS 23.038), and what stands in for characters outside it."""

from __future__ import annotations

#: One septet each.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: Two septets each: an escape and a letter.
EXTENSION = frozenset("\f^{}\\[~]|€")

_ALL = BASIC | EXTENSION

#: Where decomposition gives no answer. Zero-width characters vanish.
LOOK_ALIKES = {
    "‘": "'",
    "’": "'",
    "‚": ",",
    "‛": "'",
    "′": "'",
    "´": "'",
    "`": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "″": '"',
    "«": '"',
    "»": '"',
    "‹": "<",
    "›": ">",
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "–": "-",
    "—": "-",
    "―": "-",
    "−": "-",
    "•": "-",
    "·": ".",
    "…": "...",
    "°": "o",
    "º": "o",
    "ª": "a",
    "≥": ">=",
    "≤": "<=",
    "×": "x",
    "÷": "/",
    "✓": "OK",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "œ": "oe",
    "Œ": "OE",
    "ı": "i",
    "\t": " ",
    "\u00a0": " ",
    "\u2007": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\u200b": "",
    "\u200c": "",
    "\u200d": "",
    "\u2060": "",
    "\ufeff": "",
    "\u00ad": "",
}


def alphabet() -> frozenset[str]:
    """Every character that an SMS carries without leaving GSM-7."""
    return _ALL
