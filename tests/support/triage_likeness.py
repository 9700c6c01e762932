"""Fits the weights by which the triage tells a likely red flag from other texts, to the labelled texts for tuning.

`python -m tests.support.triage_likeness` writes them anew; held-out texts are no part of it.
"""

from __future__ import annotations

import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from alerts.domain.triage import likeness
from alerts.domain.triage.plain import read_plain
from tests.support.triage_score import Labelled, load

TUNING = (
    *(f"dev{n}" for n in ("", 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)),
    *(f"fresh{n}" for n in ("", 2, 3, 4, 5, 6)),
)
FOLDER = Path(__file__).resolve().parents[1] / "data" / "triage"
#: From here on a text pages; above the lower one it is at least read by a person.
LIMIT, DOUBT = 1.25, -1.5
ROUNDS, STEP, SHRINK, LEAST = 15, 0.1, 0.01, 0.08
#: Which kind of red flag a label stands for.
KINDS = {
    "cord_compression": "cord",
    "hypercalcemia": "hypercalcemia",
    "infection_fever": "infection",
    "bleeding": "bleeding",
    "fracture": "fracture",
    "low_calcium": "low_calcium",
    "other_emergency": "emergency",
}


def fit(texts: Sequence[Labelled]) -> dict[str, object]:
    """The weights, by logistic regression; always the same for the same texts."""
    known = [(sorted(_features(one["text"])), 1 if one["page"] else -1) for one in texts]
    weights: defaultdict[str, float] = defaultdict(float)
    past: defaultdict[str, float] = defaultdict(float)
    bias = 0.0
    order = random.Random(1)
    for _ in range(ROUNDS):
        order.shuffle(known)
        for names, label in known:
            score = bias + sum(weights[name] for name in names)
            slope = -label / (1 + math.exp(min(30.0, label * score)))
            bias -= STEP / 2 * slope
            for name in names:
                part = slope + SHRINK * weights[name]
                past[name] += part * part
                weights[name] -= STEP * part / math.sqrt(1e-6 + past[name])
    kept = {name: round(weight, 2) for name, weight in sorted(weights.items()) if abs(weight) >= LEAST}
    kinds, leanings = _leanings(texts)
    return {
        "bias": round(bias, 3),
        "limit": LIMIT,
        "doubt": DOUBT,
        "weights": kept,
        "kinds": kinds,
        "leanings": leanings,
    }


def _features(text: str) -> set[str]:
    return {name for _, name in likeness.features(read_plain(text).tokens)}


def _leanings(texts: Sequence[Labelled]) -> tuple[list[str], dict[str, list[float]]]:
    """For each word and class of the red flags, how much more often it stands in each kind than in the others."""
    kinds = list(KINDS.values())
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    sizes: Counter[str] = Counter()
    for one in texts:
        kind = next((KINDS[label] for label in one["labels"] if label in KINDS), None)
        if one["page"] and kind:
            sizes[kind] += 1
            counts[kind].update(name for name in _features(one["text"]) if " " not in name and name.count("@") < 2)
    total: Counter[str] = sum(counts.values(), Counter())
    leanings = {}
    for name in sorted(name for name, count in total.items() if count >= 3):
        leanings[name] = [
            round(math.log((counts[kind][name] + 0.2) / (sizes[kind] + 1) / ((total[name] + 1) / sizes.total())), 1)
            for kind in kinds
        ]
    return kinds, leanings


def main() -> None:
    """Fit, and write the file that the program reads."""
    weights = fit(load(FOLDER / f"{name}.jsonl" for name in TUNING))
    likeness.FILE.write_text(json.dumps(weights, indent=0, separators=(",", ":"), ensure_ascii=True) + "\n")


if __name__ == "__main__":
    main()
