"""The stand-in carrier's own rules: segments, luck, the roads of statuses, and the TwiML that a phone can show."""

from __future__ import annotations

import pytest

from sandbox import lifecycle, segments, twiml
from sandbox.chance import happens
from sandbox.notices import CALL_EVENTS
from sandbox.rest.errors import CATALOGUE, MAGIC_FROM, MAGIC_TO


@pytest.mark.parametrize(
    ("text", "encoding", "count"),
    [
        ("", "GSM-7", 1),
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("a" * 306, "GSM-7", 2),
        ("a" * 307, "GSM-7", 3),
        ("€" * 80, "GSM-7", 1),
        ("€" * 81, "GSM-7", 2),
        # an escape pair is never cut in two: 152 letters leave no room for it in the first segment
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 3),
        ("mañana Ñandú"[:6], "GSM-7", 1),
        ("á" * 70, "UCS-2", 1),
        ("á" * 71, "UCS-2", 2),
        ("😀" * 35, "UCS-2", 1),
        # 66 units are filled by 33 faces, the 34th does not fit into the 67th
        ("😀" * 36, "UCS-2", 2),
        ("😀" * 67, "UCS-2", 3),
    ],
)
def test_the_carrier_counts_segments(text: str, encoding: str, count: int) -> None:
    assert (segments.encoding(text), segments.count(text)) == (encoding, count)


def test_luck_is_the_same_for_the_same_seed_and_differs_between_questions() -> None:
    def draw(seed: int, what: str) -> list[bool]:
        return [happens(30, seed=seed, serial=serial, what=what) for serial in range(2000)]

    assert draw(7, "drop") == draw(7, "drop")
    assert draw(7, "drop") != draw(8, "drop")
    assert draw(7, "drop") != draw(7, "lost")
    assert 0.26 < sum(draw(7, "drop")) / 2000 < 0.34


def test_never_is_never_and_always_is_always() -> None:
    for serial in range(500):
        assert not happens(0, seed=1, serial=serial, what="x")
        assert happens(100, seed=1, serial=serial, what="x")


@pytest.mark.parametrize("ending", lifecycle.TEXT_ENDINGS)
@pytest.mark.parametrize("first", ["accepted", "queued"])
def test_every_road_of_a_text_leads_to_its_ending(first: str, ending: str) -> None:
    passed = [first]
    while following := lifecycle.after(passed[-1], ending=ending):
        passed.append(following)
    assert passed[-1] == ending
    assert len(set(passed)) == len(passed)
    assert lifecycle.after("no such status", ending=ending) == ""


def test_every_status_of_a_call_has_an_event() -> None:
    for ending in ("completed", "busy", "no-answer", "failed"):
        status = "queued"
        while status := lifecycle.after(status, ending=ending):
            assert status in CALL_EVENTS


@pytest.mark.parametrize(
    ("number", "ending"),
    [
        ("+15005530003", lifecycle.Ending("undelivered", 30003)),
        ("+15005530001", lifecycle.Ending("failed", 30001)),
        ("+15005563016", lifecycle.Ending("undelivered", 63016)),
        ("+15005550006", None),
        ("+1500553000", None),
        ("+12025530003", None),
    ],
)
def test_a_magic_number_carries_its_ending(number: str, ending: lifecycle.Ending | None) -> None:
    assert lifecycle.magic(number) == ending


def test_magic_refusals_are_all_worded() -> None:
    assert {*MAGIC_TO.values(), *MAGIC_FROM.values()} <= CATALOGUE.keys()


@pytest.mark.parametrize(
    ("answer", "bodies"),
    [
        ("<Response><Message>Hello</Message></Response>", ["Hello"]),
        ("<Response><Message><Body>Día</Body></Message><Message>two</Message></Response>", ["Día", "two"]),
        ('<?xml version="1.0" encoding="UTF-8"?>\n<Response/>', []),
        ("", []),
        ("OK", []),
        ("<html><Message>no</Message></html>", []),
        ("<Response><Message>broken</Response>", []),
        ('<!DOCTYPE x [<!ENTITY a "boo">]><Response><Message>&a;</Message></Response>', []),
    ],
)
def test_only_messages_of_well_formed_twiml_are_shown(answer: str, bodies: list[str]) -> None:
    assert twiml.texts(answer) == bodies


def test_a_script_is_said_and_asks_for_digits() -> None:
    answer = '<Response><Gather action="/ack/" numDigits="1"><Say>Press 1.</Say></Gather><Say>Bye.</Say></Response>'
    assert twiml.script(answer) == twiml.Script("Press 1. Bye.", "/ack/", asks=True)
    assert twiml.script("<Response><Say>Bye.</Say></Response>") == twiml.Script("Bye.", "", asks=False)
    assert twiml.script("nonsense") is None
