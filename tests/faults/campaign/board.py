"""What the processes of a campaign share: a small file with the fault points, their fuses, and the steps of clocks.

A point is written down the first time that any process reaches it. The campaign lights a fuse of n on a point: the
process that reaches it for the n-th time from then on is the one that dies.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: The steps of four clocks, in seconds.
_CLOCKS = struct.Struct("<4d")
#: Name, hits, fuse, kills.
_POINT = struct.Struct("<104sqqq")
_PLACES = 400
_SIZE = _CLOCKS.size + _PLACES * _POINT.size


@dataclass(frozen=True, slots=True)
class Point:
    """One fault point: how often it was reached, what is left of its fuse, how many died at it."""

    name: str
    hits: int
    fuse: int
    kills: int


class Board:
    """One process's view of the file."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR)
        weakref.finalize(self, os.close, self._file)
        self._memory = mmap.mmap(self._file, _SIZE)
        self._offsets: dict[str, int] = {}
        self._threads = threading.Lock()

    @classmethod
    def create(cls, path: Path) -> Board:
        """An empty board in a new file."""
        path.write_bytes(bytes(_SIZE))
        return cls(path)

    def reached(self, name: str) -> bool:
        """Count that `name` was reached; True when whoever reached it is to die here."""
        with self._alone():
            offset = self._offset(name)
            label, hits, fuse, kills = _POINT.unpack_from(self._memory, offset)
            dies = fuse == 1
            _POINT.pack_into(self._memory, offset, label, hits + 1, max(fuse - 1, 0), kills + dies)
        return bool(dies)

    def light(self, name: str, fuse: int) -> None:
        """The `fuse`-th process to reach `name` from now on dies; 0 puts the fuse out."""
        with self._alone():
            offset = self._offset(name)
            label, hits, _, kills = _POINT.unpack_from(self._memory, offset)
            _POINT.pack_into(self._memory, offset, label, hits, fuse, kills)

    def points(self) -> list[Point]:
        """All that were reached so far, in the order in which they were."""
        with self._alone():
            return [point for _, point in self._written()]

    def step(self, host: int) -> float:
        """By how many seconds the clock of `host` is wrong."""
        return float(_CLOCKS.unpack_from(self._memory, 0)[host])

    def set_step(self, host: int, seconds: float) -> None:
        """Put the clock of `host` wrong, from this moment."""
        with self._alone():
            steps = list(_CLOCKS.unpack_from(self._memory, 0))
            steps[host] = seconds
            _CLOCKS.pack_into(self._memory, 0, *steps)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # A lock of the file is one process's, whichever of its threads asks.
        with self._threads:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def _offset(self, name: str) -> int:
        if name not in self._offsets:
            end = _CLOCKS.size
            for offset, point in self._written():
                self._offsets[point.name] = offset
                end = offset + _POINT.size
            if name not in self._offsets:
                if end >= _SIZE:
                    raise RuntimeError("the board is full")
                _POINT.pack_into(self._memory, end, name.encode()[:104], 0, 0, 0)
                self._offsets[name] = end
        return self._offsets[name]

    def _written(self) -> Iterator[tuple[int, Point]]:
        for number in range(_PLACES):
            offset = _CLOCKS.size + number * _POINT.size
            label, hits, fuse, kills = _POINT.unpack_from(self._memory, offset)
            name = label.rstrip(b"\x00").decode(errors="replace")
            if not name:
                return
            yield offset, Point(name, hits, fuse, kills)
