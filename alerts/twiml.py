"""What a call says, in the carrier's own markup: words, and a question that one key answers."""

from __future__ import annotations

from xml.etree import ElementTree

#: The carrier's names for the voices of our languages.
VOICES = {"en": "en-US", "es": "es-MX"}
#: Somebody who was woken needs a moment to find the keypad.
SECONDS_TO_PRESS = "10"
#: What is asked is said so often before the call gives up.
TIMES = 2


def tell(words: str, language: str) -> str:
    """Say `words` and hang up."""
    response = ElementTree.Element("Response")
    _say(response, words, language)
    ElementTree.SubElement(response, "Hangup")
    return _text(response)


def ask(words: str, otherwise: str, language: str, *, action: str) -> str:
    """Say `words` twice and wait for one key, which goes to `action`; without one say `otherwise` and hang up."""
    response = ElementTree.Element("Response")
    asked = {"input": "dtmf", "numDigits": "1", "timeout": SECONDS_TO_PRESS, "method": "POST", "action": action}
    gather = ElementTree.SubElement(response, "Gather", asked)
    for turn in range(TIMES):
        if turn:
            ElementTree.SubElement(gather, "Pause", {"length": "2"})
        _say(gather, words, language)
    _say(response, otherwise, language)
    ElementTree.SubElement(response, "Hangup")
    return _text(response)


def _say(parent: ElementTree.Element, words: str, language: str) -> None:
    paragraphs = [paragraph for paragraph in words.split("\n\n") if paragraph.strip()]
    for number, paragraph in enumerate(paragraphs):
        if number:
            ElementTree.SubElement(parent, "Pause", {"length": "1"})
        said = ElementTree.SubElement(parent, "Say", {"language": VOICES.get(language, VOICES["en"])})
        said.text = " ".join(paragraph.split())


def _text(response: ElementTree.Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + ElementTree.tostring(response, encoding="unicode")
