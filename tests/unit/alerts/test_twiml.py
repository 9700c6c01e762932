"""What a call says is well-formed whatever the words are, and only a key answers it."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

from alerts import twiml
from sandbox.twiml import script


def parsed(text: str) -> Element:
    return fromstring(text)  # noqa: S314


def test_a_question_is_said_twice_inside_what_waits_for_the_key() -> None:
    root = parsed(twiml.ask("Press 1.", "Goodbye.", "en", action="/here/"))
    gather, after, end = list(root)
    assert (gather.tag, gather.attrib["action"], gather.attrib["numDigits"]) == ("Gather", "/here/", "1")
    assert [said.text for said in gather.iter("Say")] == ["Press 1.", "Press 1."]
    assert (after.text, end.tag) == ("Goodbye.", "Hangup")


def test_the_voice_speaks_the_language_of_the_words() -> None:
    root = parsed(twiml.tell("Adiós.", "es"))
    assert root[0].attrib["language"] == "es-MX"


def test_names_with_signs_in_them_break_nothing() -> None:
    spoken = script(twiml.tell('Nurse <b>O\'Neill</b> & "Co"\n\nhas it', "en"))
    assert spoken is not None
    assert 'O\'Neill</b> & "Co"' in spoken.said
    assert not spoken.asks


def test_an_empty_line_is_a_pause() -> None:
    root = parsed(twiml.tell("One.\n\nTwo.", "en"))
    assert [node.tag for node in root] == ["Say", "Pause", "Say", "Hangup"]
