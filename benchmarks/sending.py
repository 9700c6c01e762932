"""Messages a second from the due row to its recorded outcome: the product, the usual pattern, and a bare client.

The same carrier for all, which answers after 0, 50 or 100 ms. Everything is taken within one run, in turns; what
was lost or doubled in one of them ends it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from django.conf import settings

from benchmarks import ours, theirs
from benchmarks.bare import IN_FLIGHT
from benchmarks.books import Books, carrier
from benchmarks.figures import Figure, Findings, say
from benchmarks.theirs import POOLS, WITH_ETA, Pool
from tests.support.processes import ROOT

LATENCIES = (0, 50, 100)
#: The bars, each as a multiple; see `_ratios`.
OF_BARE = {0: 0.4, 50: 0.85, 100: 0.85}
OF_BEST, OF_PREFORK_2 = 7.0, 45.0


@dataclass(frozen=True, slots=True)
class Sizes:
    """Messages of the product and of the bare client by latency, seconds of a usual run, its pools, no-op tasks."""

    ours: dict[int, int]
    seconds: float
    pools: tuple[Pool, ...]
    tasks: int
    warming: int = 400


FULL = Sizes(ours={0: 12_000, 50: 12_000, 100: 6_000}, seconds=2, pools=POOLS, tasks=3_000)
TINY = Sizes(ours={0: 30, 50: 20, 100: 20}, seconds=0.1, pools=POOLS[:2], tasks=20, warming=10)


class Rates:
    """What was measured: by contender and latency, one rate for each round."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], list[float]] = defaultdict(list)

    def note(self, who: str, latency: int, rate: float) -> None:
        say(f"sending: {who}, {latency} ms: {rate:,.0f} a second")
        self._found[who, latency].append(rate)

    def of(self, who: str, latency: int) -> list[float]:
        return self._found[who, latency]

    def best(self, names: Iterable[str], latency: int) -> str:
        return max(names, key=lambda name: median(self.of(name, latency)))

    def ratios(self, who: str, to: str, latency: int) -> list[float]:
        """Round by round."""
        return [one / other for one, other in zip(self.of(who, latency), self.of(to, latency), strict=True)]


OURS, BARE, ETA, NOTHING = "Bonewatch", "bare client, no database", "one task with a time for each", "nothing"


def run(*, rounds: int = 3, sizes: Sizes = FULL) -> Findings:
    """Each contender in turns, `rounds` times."""
    rates = Rates()
    with tempfile.TemporaryDirectory() as name, carrier(Path(name)) as books, theirs.table():
        for number in range(1, rounds + 1):
            say(f"sending: round {number} of {rounds}")
            _ours(rates, books, Path(name), sizes)
            for latency in LATENCIES:
                rates.note(BARE, latency, _bare(books, latency, sizes.ours[latency]))
            for pool in sizes.pools:
                _theirs(rates, books, Path(name), sizes, pool)
        each = books.seconds_each()
    return Findings(_figures(rates, sizes, each))


def _ours(rates: Rates, books: Books, folder: Path, sizes: Sizes) -> None:
    with ours.at_work(books, folder, warming=sizes.warming, phones=max(sizes.ours.values())) as workers:
        for latency in LATENCIES:
            books.latency(latency)
            rates.note(OURS, latency, workers.rate(sizes.ours[latency]))


def _bare(books: Books, latency: int, count: int) -> float:
    books.latency(latency)
    books.start_anew()
    command = [sys.executable, "-m", "benchmarks.bare", books.url, str(count)]
    account = [settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKENS[0]]
    done = subprocess.run([*command, *account], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the bare client ended: {done.stderr[-2000:]}")
    if books.settled() != count or len(books.count) != count:
        raise RuntimeError(f"the bare client sent {count}, the carrier took {books.count.total()}")
    return count / float(done.stdout)


def _theirs(rates: Rates, books: Books, folder: Path, sizes: Sizes, pool: Pool) -> None:
    with theirs.at_work(pool, books, folder) as usual:
        for latency in LATENCIES:
            books.latency(latency)
            count = max(4, round(pool.about[latency] * sizes.seconds))
            rates.note(pool.name, latency, usual.swept(count))
            if pool == WITH_ETA:
                rates.note(ETA, latency, usual.planned(count))
        if pool == POOLS[0]:
            rates.note(NOTHING, 0, usual.nothing(sizes.tasks))


def _figures(rates: Rates, sizes: Sizes, each: float) -> list[Figure]:
    sent = f"sending, with {IN_FLIGHT} requests in flight and a carrier that answers after"
    found = []
    for latency in LATENCIES:
        what = f"{sent} {latency} ms"
        mine = rates.of(OURS, latency)
        found.append(Figure(what, mine, " messages/s", headline=True))
        found.append(Figure(f"a bare client with no database, {latency} ms", rates.of(BARE, latency), " messages/s"))
        found += _usual(rates, sizes, latency)
        found += _ratios(rates, sizes, latency)
    found.append(Figure("Celery tasks that do nothing, prefork 2", rates.of(NOTHING, 0), " tasks/s"))
    found.append(Figure("the carrier of these figures alone could take", [1 / each], " messages/s"))
    return found


def _usual(rates: Rates, sizes: Sizes, latency: int) -> list[Figure]:
    named = [(pool.name, f"usual pattern, {pool.name}, {latency} ms") for pool in sizes.pools]
    if WITH_ETA in sizes.pools:
        named.append((ETA, f"one task with a time (ETA) for each, {WITH_ETA.name}, {latency} ms"))
    return [Figure(what, rates.of(name, latency), " messages/s") for name, what in named]


def _ratios(rates: Rates, sizes: Sizes, latency: int) -> list[Figure]:
    best = rates.best([pool.name for pool in sizes.pools], latency)
    bars = (OF_BEST, OF_PREFORK_2) if latency == 50 else (None, None)
    against = (
        (BARE, "the bare client's", OF_BARE[latency], 2, True),
        (best, f"the best usual pattern's ({best})", bars[0], 1, latency == 50),
        (POOLS[0].name, f"the usual pattern's ({POOLS[0].name})", bars[1], 1, latency == 50),
    )
    return [
        Figure(
            f"sending at {latency} ms, as a multiple of {words}",
            rates.ratios(OURS, to, latency),
            "×",
            digits,
            at_least=bar,
            headline=headline,
        )
        for to, words, bar, digits, headline in against
    ]
