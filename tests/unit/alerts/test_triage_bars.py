"""The bars of the triage, on labelled texts: red flags that page, others that do not, none in silence, and how fast."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from alerts.domain.triage import read
from alerts.starter.triggers import STARTER_RULES
from tests.support.triage_score import load, score

FOLDER = Path(__file__).resolve().parents[2] / "data" / "triage"
UNFITTED = [FOLDER / "heldout.jsonl", FOLDER / "plain.jsonl", FOLDER / "third.jsonl"]
TUNED = sorted(set(FOLDER.glob("*.jsonl")) - set(UNFITTED))


def test_the_texts_for_tuning_are_read_as_labelled() -> None:
    found = score(load(TUNED))
    assert found.recall("lang en") >= 0.99
    assert found.recall("lang es") >= 0.99
    assert found.false_pages() <= 0.04
    assert not found.silent


def test_texts_that_no_weight_was_fitted_to_are_read_nearly_as_well() -> None:
    found = score(load(UNFITTED))
    assert found.recall() >= 0.98
    assert found.recall("lang es") >= 0.97
    assert found.false_pages() <= 0.10
    assert not found.silent


@pytest.mark.slow
def test_it_reads_two_thousand_texts_a_second() -> None:
    """In processor time: this machine may have other things to do."""
    texts = [labelled["text"] for labelled in load(TUNED)]
    for text in texts:
        read(text, STARTER_RULES)
    started = time.process_time()
    for text in texts:
        read(text, STARTER_RULES)
    assert len(texts) / (time.process_time() - started) >= 2000
