"""The carrier as a benchmark sees it: told how slow to be; its journal read, and held against what was to be sent."""

from __future__ import annotations

import contextlib
import http.client
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from django.conf import settings

from benchmarks.figures import processor_seconds_of
from sandbox.launch.ports import LOOPBACK, free_port
from tests.support.processes import live_environment, running


class Books:
    """What one carrier has taken so far."""

    def __init__(self, port: int, journal: Path, pid: int) -> None:
        self.url = f"http://{LOOPBACK}:{port}"
        self._port = port
        self._journal = journal
        self._pid = pid
        self._idle = processor_seconds_of(pid)
        self._read = 0
        self._rest = ""
        #: When what was taken, by our own name for it: the first time of each.
        self.times: dict[str, float] = {}
        self.count: Counter[str] = Counter()

    def latency(self, milliseconds: float) -> None:
        """From now on it answers after so long."""
        self._tell(f"/latency/{milliseconds:g}")

    def read(self) -> int:
        """Read on in the journal; answers how many requests it has taken by now, doubles included."""
        with self._journal.open() as file:
            file.seek(self._read)
            new = file.read()
        self._read += len(new)
        *lines, self._rest = (self._rest + new).split("\n")
        for line in lines:
            at, _, name = line.split()
            self.times.setdefault(name, float(at))
            self.count[name] += 1
        return self.count.total()

    def settled(self) -> int:
        """The same once it has written down everything: it writes a moment later than it answers."""
        self._tell("/journal")
        return self.read()

    def start_anew(self) -> None:
        """Forget what was taken so far."""
        self.settled()
        self.times.clear()
        self.count.clear()

    def seconds_each(self) -> float:
        """Its own processor time for each message that it has taken since it was opened."""
        return (processor_seconds_of(self._pid) - self._idle) / max(1, self._journal.read_text().count("\n"))

    def balance(self, names: Collection[str]) -> None:
        """A figure counts only if the carrier got everything once. RuntimeError if it did not."""
        self.settled()
        lost = len(set(names) - self.count.keys())
        doubled = sum(times - 1 for times in self.count.values())
        strange = len(self.count.keys() - set(names))
        if lost or doubled or strange:
            raise RuntimeError(f"of {len(names)} messages {lost} were lost, {doubled} doubled, {strange} unknown")

    def _tell(self, path: str) -> None:
        line = http.client.HTTPConnection(LOOPBACK, self._port, timeout=10)
        with contextlib.closing(line):
            line.request("PUT", path)
            line.getresponse().read()


@contextlib.contextmanager
def carrier(folder: Path, *, milliseconds: float = 0) -> Iterator[Books]:
    """A carrier at work; the product's settings point at it meanwhile."""
    port, journal = free_port(), folder / f"journal-{free_port()}"
    journal.touch()
    command = f"{sys.executable} -m benchmarks.carrier {port} {journal} {milliseconds:g}"
    with running("carrier", command, env=live_environment(), folder=folder) as started:
        started.says("carrier is open")
        before = settings.TWILIO_API_BASE_URL
        settings.TWILIO_API_BASE_URL = f"http://{LOOPBACK}:{port}"
        try:
            yield Books(port, journal, started.process.pid)
        finally:
            settings.TWILIO_API_BASE_URL = before
