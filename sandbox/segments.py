"""Knows how a carrier counts segments. Counted here on its own, so that the product's count has a second opinion."""

from __future__ import annotations

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")


def encoding(text: str) -> str:
    """GSM-7 when every character is in its alphabet, else UCS-2."""
    return "GSM-7" if all(char in BASIC or char in EXTENDED for char in text) else "UCS-2"


def count(text: str) -> int:
    """How many segments leave the carrier: at least one, and no character is cut in two."""
    if encoding(text) == "GSM-7":
        widths, alone, joined = [2 if char in EXTENDED else 1 for char in text], 160, 153
    else:
        widths, alone, joined = [2 if ord(char) > 0xFFFF else 1 for char in text], 70, 67
    if sum(widths) <= alone:
        return 1
    segments, room = 1, joined
    for width in widths:
        if width > room:
            segments, room = segments + 1, joined
        room -= width
    return segments
