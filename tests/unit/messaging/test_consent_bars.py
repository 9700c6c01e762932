"""How well opt-outs are heard, on labelled texts: nobody who wants silence is written to, nobody else is silenced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from alerts.domain.triage import read as triage
from alerts.starter.triggers import STARTER_RULES
from messaging.domain.consent_words import is_stop_among_others, read

DATA = Path(__file__).parents[2] / "data"
SETS = ("dev", "heldout", "fresh")


def texts(folder: str, *names: str) -> list[dict[str, Any]]:
    files = [DATA / folder / f"{name}.jsonl" for name in names] or sorted((DATA / folder).glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def heard(text: str) -> str:
    reading = read(text)
    if reading:
        return reading.wish.value
    return "stop" if is_stop_among_others(text) else "none"


def test_there_are_enough_texts_of_each_kind() -> None:
    wishes = [row["wish"] for row in texts("consent", *SETS)]
    assert len(wishes) >= 600
    assert wishes.count("stop") >= 250
    assert wishes.count("none") >= 250
    assert {"start", "help"} <= set(wishes)


@pytest.mark.parametrize("name", SETS)
def test_opt_outs_are_heard_and_look_alikes_are_not(name: str) -> None:
    rows = texts("consent", name)
    wanted = {row["text"] for row in rows if row["wish"] == "stop"}
    found = {row["text"] for row in rows if heard(row["text"]) == "stop"}
    assert len(wanted & found) >= 0.99 * len(wanted), sorted(wanted - found)
    assert len(wanted & found) >= 0.99 * len(found), sorted(found - wanted)


@pytest.mark.parametrize("name", SETS)
def test_start_and_help_are_heard(name: str) -> None:
    asked = [row for row in texts("consent", name) if row["wish"] in ("start", "help")]
    missed = [row["text"] for row in asked if heard(row["text"]) != row["wish"]]
    assert len(missed) <= 0.02 * len(asked), missed


def test_no_red_flag_is_taken_for_an_opt_out_that_says_nothing_else() -> None:
    """Where a text is an opt-out and nothing else, nobody need read it: none of these may be that."""
    quiet = [row["text"] for row in texts("triage") if row.get("page") and read(row["text"])]
    quiet += [row["text"] for row in texts("consent", *SETS) if row["symptom"] and read(row["text"])]
    assert quiet == []


def test_an_opt_out_beside_a_symptom_leaves_the_symptom_to_triage() -> None:
    both = [row["text"] for row in texts("consent", *SETS) if row["symptom"] and row["wish"] == "stop"]
    readings = {text: triage(text, STARTER_RULES) for text in both}
    unread = [text for text, reading in readings.items() if not (reading.page or reading.review)]
    assert len(both) >= 20
    assert unread == []
