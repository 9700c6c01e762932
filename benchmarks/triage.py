"""Reading texts: how long one takes in one process, the first time and again, against the bar of 2,000 a second."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from alerts.domain.triage import read, spelling
from alerts.starter.triggers import STARTER_RULES
from benchmarks.figures import Figure, Findings, say, timed

TEXTS = Path(__file__).resolve().parents[1] / "tests" / "data" / "triage"
FULL, TINY = 2_000, 50
#: 2,000 texts a second.
BAR_MS = 0.5
LONG = 1_600


def run(*, rounds: int = 3, count: int = FULL) -> Findings:
    """Measure it `rounds` times over `count` of the labelled texts."""
    texts = _texts(count)
    long = [" ".join(texts)[start : start + LONG] for start in range(0, len(texts) * 10, LONG)]
    first, again, longest = [], [], []
    for number in range(1, rounds + 1):
        say(f"triage: round {number} of {rounds}")
        spelling.meant.cache_clear()
        spelling.apart.cache_clear()
        first.append(_milliseconds(texts))
        again.append(_milliseconds(texts))
        longest.append(_milliseconds(long))
    what = f"reading {len(texts):,} texts in one process"
    return Findings(
        [
            Figure(what, [1e3 / cost for cost in first], " texts/s", headline=True),
            Figure(f"{what}, each", first, " ms", 2, at_most=BAR_MS, headline=True),
            Figure(f"{what}, each, once their words are known", again, " ms", 2),
            Figure(f"reading a text of {LONG:,} characters", longest, " ms", 1),
        ]
    )


def _texts(count: int) -> list[str]:
    lines = [line for path in sorted(TEXTS.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line)["text"] for line in lines[:count]]


def _milliseconds(texts: Sequence[str]) -> float:
    def work() -> None:
        for text in texts:
            read(text, STARTER_RULES)

    return timed(work)[0] * 1e3 / len(texts)
