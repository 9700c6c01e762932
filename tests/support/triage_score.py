"""How well the starter rules read labelled texts: what pages, what pages in vain, what would fall silent.

`python -m tests.support.triage_score FILE...` prints it by language and label; `--wrong` adds the texts read wrongly.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from alerts.domain.triage import Reading, read
from alerts.starter.triggers import STARTER_RULES


class Labelled(TypedDict):
    """One labelled text, as the files hold it, one JSON object a line."""

    id: str
    text: str
    lang: str
    labels: list[str]
    page: bool


@dataclass(slots=True)
class Score:
    """Counts over a set of labelled texts, and the ones that were read wrongly."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[tuple[Labelled, Reading]] = field(default_factory=list)
    silent: list[Labelled] = field(default_factory=list)
    seconds: float = 0.0

    def recall(self, group: str = "all") -> float:
        """The share of the red flags that page."""
        return _share(self.counts[group, "paged"], self.counts[group, "red"])

    def false_pages(self, group: str = "all") -> float:
        """The share of the other texts that page."""
        return _share(self.counts[group, "in vain"], self.counts[group, "other"])

    def groups(self) -> list[str]:
        """Whole, languages, then labels."""
        names = {group for group, _ in self.counts}
        return sorted(names, key=lambda name: (name != "all", not name.startswith("lang "), name))


def load(paths: Iterable[Path]) -> list[Labelled]:
    """The texts of these files, in their order."""
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line]


def score(texts: Sequence[Labelled]) -> Score:
    """Read each text as from a patient of whom nothing is known."""
    found = Score()
    started = time.perf_counter()
    readings = [read(labelled["text"], STARTER_RULES) for labelled in texts]
    found.seconds = time.perf_counter() - started
    for labelled, reading in zip(texts, readings, strict=True):
        for group in ("all", f"lang {labelled['lang']}", *_kinds(labelled)):
            found.counts[group, "red" if labelled["page"] else "other"] += 1
            if reading.page:
                found.counts[group, "paged" if labelled["page"] else "in vain"] += 1
        if reading.page != labelled["page"]:
            found.wrong.append((labelled, reading))
        if labelled["page"] and not reading.page and not reading.review:
            found.silent.append(labelled)
    return found


def table(found: Score) -> str:
    """The counts as lines to read."""
    lines = [f"{'':28}{'red flags':>10}{'paged':>8}{'recall':>9}{'others':>9}{'in vain':>9}{'false':>8}"]
    for group in found.groups():
        red, other = found.counts[group, "red"], found.counts[group, "other"]
        lines.append(
            f"{group:28}{red:10}{found.counts[group, 'paged']:8}{_percent(found.recall(group), red):>9}"
            f"{other:9}{found.counts[group, 'in vain']:9}{_percent(found.false_pages(group), other):>8}"
        )
    total = found.counts["all", "red"] + found.counts["all", "other"]
    lines.append(f"red flags in silence: {len(found.silent)}; {total / max(found.seconds, 1e-9):,.0f} texts a second")
    return "\n".join(lines)


def _kinds(labelled: Labelled) -> list[str]:
    parts = labelled["id"].split("-")
    return ([f"lang {parts[1]}"] if parts[1] == "adv" else []) + [f"label {label}" for label in labelled["labels"][:1]]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _percent(share: float, whole: int) -> str:
    return f"{share:.1%}" if whole else "-"


def main(arguments: Sequence[str]) -> None:
    """Print the score of the files named, and with `--wrong` what was read wrongly."""
    found = score(load(Path(name) for name in arguments if name != "--wrong"))
    print(table(found))
    if "--wrong" in arguments:
        for labelled, reading in found.wrong:
            print("missed" if labelled["page"] else "in vain", labelled["id"], repr(labelled["text"]), reading.why)


if __name__ == "__main__":
    main(sys.argv[1:])
