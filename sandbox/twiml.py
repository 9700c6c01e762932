"""Knows the few words of TwiML that a phone can show: what is texted, said and asked. Pure parsing."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree


@dataclass(frozen=True, slots=True)
class Script:
    """What a call says, and where the pressed digits go ("" when nothing is asked)."""

    said: str = ""
    action: str = ""
    asks: bool = False


def _root(text: str) -> ElementTree.Element | None:
    if not text.strip() or "<!DOCTYPE" in text or "<!ENTITY" in text:
        return None
    try:
        root = ElementTree.fromstring(text)  # noqa: S314
    except ElementTree.ParseError:
        return None
    return root if root.tag == "Response" else None


def texts(text: str) -> list[str]:
    """The bodies of every `<Message>` of an answer, in order; nothing when it is no TwiML."""
    root = _root(text)
    if root is None:
        return []
    bodies = [(node.findtext("Body") or "".join(node.itertext())).strip() for node in root.iter("Message")]
    return [body for body in bodies if body]


def script(text: str) -> Script | None:
    """What a call would say and ask; None when the answer is no TwiML (the carrier then plays an error)."""
    root = _root(text)
    if root is None:
        return None
    said = " ".join("".join(node.itertext()).strip() for node in root.iter("Say"))
    gather = root.find(".//Gather")
    return Script(said, gather.get("action", "") if gather is not None else "", gather is not None)
