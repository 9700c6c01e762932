"""The database and the broker of a campaign: real ones that can be crashed, hung, emptied, and run out of disk."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

from sandbox.launch import lifeline
from sandbox.launch.ports import wait_for_listener
from sandbox.launch.redis_server import RedisServer
from tests.support.postgres import PostgresServer

#: What a commit has answered outlives a crash of the server. Not of the machine: nobody pulls the plug here.
SETTINGS = ("fsync=off", "synchronous_commit=on", "max_connections=100", "shared_buffers=256MB", "max_wal_size=512MB")
ROOM = "8g"


class Postgres(PostgresServer):
    """A PostgreSQL on a disk of its own where that can be had, which is then filled to the brim."""

    def __init__(self) -> None:
        super().__init__(SETTINGS)
        self.own_disk = _mounted(self.folder)

    def crash(self) -> None:
        """Immediate stop: every connection is cut, nothing is tidied up."""
        process = self._process
        if process is not None:
            process.send_signal(signal.SIGQUIT)
            process.wait(timeout=30)

    @property
    def alive(self) -> bool:
        """Whether the server runs; it ends itself when its disk is full at the wrong moment."""
        return self._process is not None and self._process.poll() is None

    def again(self) -> None:
        """Serve once more what the crash left."""
        with (self.folder / "log").open("ab") as log:
            command = [str(self.programs / "postgres"), *self._options()]
            self._process = lifeline.start(command, output=log, user=self.user, death_signal=signal.SIGINT)
        if not wait_for_listener(self.port, timeout=60):
            raise RuntimeError(f"PostgreSQL did not come back: {self._tail()}")

    def fill_disk(self) -> None:
        """From now on the disk has no room."""
        used = shutil.disk_usage(self.folder).used
        _remount(self.folder, f"{used // 1024 + 256}k")

    def free_disk(self) -> None:
        """There is room again; a server that had to stop is started."""
        _remount(self.folder, ROOM)
        if not self.alive:
            self.again()

    def stop(self) -> None:
        """As its parent does, and the disk goes too."""
        if self._process is not None:
            lifeline.stop(self._process, grace=10, how=signal.SIGINT)
            self._process = None
        if self.own_disk:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=False)
        super().stop()


class Redis(RedisServer):
    """A Redis that can hang."""

    def hang(self) -> None:
        """Accept connections and answer nobody, as a machine that swaps does."""
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, what: signal.Signals) -> None:
        if self.pid is not None:
            os.kill(self.pid, what)


def children_of(pid: int) -> list[int]:
    """The processes that `pid` has started, as the kernel knows them."""
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _mounted(folder: Path) -> bool:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=755", "tmpfs", str(folder)], check=False, capture_output=True
    )
    return done.returncode == 0


def _remount(folder: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True, capture_output=True)
