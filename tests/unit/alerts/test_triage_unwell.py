"""To be unwell without saying how, and to call for help: a person reads it, and what is to stop is not our texts."""

from __future__ import annotations

import pytest

from alerts.domain.triage import read
from alerts.starter.triggers import STARTER_RULES


@pytest.mark.parametrize(
    "text",
    [
        "feeling a bit off today, not sure what it is",
        "help me",
        "I need help",
        "no me siento bien",
        "I feel weird",
        "make it stop",
        "i want to stop treatment",
    ],
)
def test_a_person_reads_it(text: str) -> None:
    reading = read(text, STARTER_RULES)
    assert reading.page or reading.review


@pytest.mark.parametrize(
    "text", ["HELP", "AYUDA", "Feeling great, thanks", "Sure, see you then", "please stop texting me"]
)
def test_nobody_needs_to(text: str) -> None:
    reading = read(text, STARTER_RULES)
    assert not reading.page
    assert not reading.review


@pytest.mark.parametrize("text", ["stop the numbness please", "nosebleed wont stop"])
def test_what_is_to_stop_is_not_our_texts(text: str) -> None:
    reading = read(text, STARTER_RULES)
    assert reading.page
    assert "stop" not in reading.intents


def test_both_are_heard() -> None:
    reading = read("stop texting me, I can't feel my legs", STARTER_RULES)
    assert reading.page
    assert "stop" in reading.intents


@pytest.mark.parametrize("text", ["Feliz Año Nuevo a todos.", "Mi esposa no podrá acompañarme, ¿hay transporte?"])
def test_it_pages_nobody(text: str) -> None:
    assert not read(text, STARTER_RULES).page
