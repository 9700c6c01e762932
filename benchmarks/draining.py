"""The memory of a worker while it drains a hundred thousand rows: in the first quarter and in the last."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from threading import Event

from benchmarks import ours
from benchmarks.books import carrier
from benchmarks.figures import Figure, Findings, say

#: Seconds between two looks.
_LOOKS = 0.25


@dataclass(frozen=True, slots=True)
class Sizes:
    """Rows to drain."""

    rows: int
    warming: int


FULL = Sizes(rows=100_000, warming=400)
TINY = Sizes(rows=200, warming=10)


def run(*, sizes: Sizes = FULL) -> Findings:
    """Drain them once, with a carrier that answers at once, and look at the children of the worker meanwhile."""
    say(f"draining: {sizes.rows:,} rows")
    with (
        tempfile.TemporaryDirectory() as folder,
        carrier(Path(folder)) as books,
        ours.at_work(books, Path(folder), warming=sizes.warming, phones=sizes.rows) as workers,
    ):
        workers.set_off(sizes.rows)
        looks = [(0, resident(workers.ordinary.process.pid))]
        while looks[-1][0] < sizes.rows:
            Event().wait(_LOOKS)
            looks.append((books.read(), resident(workers.ordinary.process.pid)))
        workers.finish(sizes.rows)
        workers.check()
    first = [size for sent, size in looks if sent <= sizes.rows / 4]
    last = [size for sent, size in looks if sent > sizes.rows * 3 / 4]
    drained = f"while a worker drains {sizes.rows:,} rows"
    return Findings(
        [
            Figure(f"memory of its two processes {drained}, first quarter", first, " MB"),
            Figure(f"memory of its two processes {drained}, last quarter", last, " MB"),
            Figure(
                f"memory {drained}, last quarter as a multiple of the first",
                [median(last) / median(first)],
                "×",
                2,
                at_most=1.1,
                headline=True,
            ),
        ]
    )


def children(pid: int) -> list[int]:
    """The child processes of a process."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def resident(pid: int) -> float:
    """Megabytes of memory that the children of a process hold, pages that they share counted in each."""
    total = 0
    for child in children(pid):
        lines = Path(f"/proc/{child}/status").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    return total / 1024
