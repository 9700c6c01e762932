"""Figures: medians with their spread, the bars they are held to, and the Markdown they are printed as."""

from __future__ import annotations

import gc
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `runs` are the same thing measured again; the median is what counts.

    `at_most` or `at_least` is the bar it is held to; a `headline` is quoted in the README.
    """

    what: str
    runs: Sequence[float]
    unit: str = ""
    digits: int = 0
    at_most: float | None = None
    at_least: float | None = None
    headline: bool = False

    @property
    def value(self) -> float:
        """The median of the runs."""
        return median(self.runs)

    def row(self) -> str:
        """The line as Markdown."""
        low, high = min(self.runs), max(self.runs)
        spread = f"{self._show(low)} to {self._show(high)}, {len(self.runs)} runs" if len(self.runs) > 1 else ""
        return f"| {self.what} | {self._show(self.value)}{self.unit} | {spread} | {self._bar()} |"

    def _show(self, number: float) -> str:
        return f"{number:,.{self.digits}f}"

    def _bar(self) -> str:
        for words, bar, kept in (
            ("at most", self.at_most, self.value <= (self.at_most or 0)),
            ("at least", self.at_least, self.value >= (self.at_least or 0)),
        ):
            if bar is not None:
                return f"{words} {self._show(bar)}{self.unit}: {'kept' if kept else '**missed**'}"
        return ""


@dataclass(slots=True)
class Findings:
    """What one benchmark came to: figures for the table, and passages to be shown below it."""

    figures: list[Figure] = field(default_factory=list)
    passages: list[tuple[str, str]] = field(default_factory=list)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds that `work` took, and its answer; the heap is swept first so that each pays for its own."""
    gc.collect()
    start = time.perf_counter()
    answer = work()
    return time.perf_counter() - start, answer


def processor_seconds() -> float:
    """Processor time used so far by this process and by the database's process that serves it.

    Unlike the clock it does not count what else the machine does. Without /proc: this process alone.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    return time.process_time() + processor_seconds_of(pid)


def processor_seconds_of(pid: int) -> float:
    """Processor time used so far by another process; none without /proc, or when it has ended."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    # The name, in parentheses, may hold anything; user and system time are fields 14 and 15.
    after_name = stat.rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def percentile(percent: int, numbers: Iterable[float]) -> float:
    """The smallest number that at least so many per cent do not exceed."""
    ordered = sorted(numbers)
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def say(words: str) -> None:
    """Progress, apart from the table: on standard error."""
    print(f"{datetime.now(UTC):%H:%M:%S}  {words}", file=sys.stderr, flush=True)


def table(findings: Iterable[Findings], *, headlines: bool = False) -> str:
    """The figures, or their headlines only, as one Markdown table, and where they were measured."""
    figures = [figure for one in findings for figure in one.figures if figure.headline or not headlines]
    head = ["| What | Median | Spread | Bar |", "|---|---|---|---|"]
    return "\n".join([*head, *(figure.row() for figure in figures), "", machine()])


def passages(findings: Iterable[Findings]) -> str:
    """What is shown below the table, word for word."""
    found = [passage for one in findings for passage in one.passages]
    return "\n\n".join(f"{title}:\n\n```\n{text}\n```" for title, text in found)


def machine() -> str:
    """Where and when it was measured."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0].split()[0]
    cores = os.cpu_count() or 1
    load = os.getloadavg()[1]
    busy = ": other work shared the machine, and seconds came out longer than alone" if load > cores + 1 else ""
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {cores} cores ({_processor()}), {_memory()} GB of memory, "
        f"{platform.system()}, Python {platform.python_version()}, PostgreSQL {postgres} with durable commits on the "
        f"same machine. Load average over the last five minutes {load:.1f}{busy}."
    )


def _processor() -> str:
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory() -> int:
    for line in _lines("/proc/meminfo"):
        if line.startswith("MemTotal"):
            return round(int(line.split()[1]) / 1024 / 1024)
    return 0


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.exists() else []
