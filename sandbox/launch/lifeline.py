"""Child processes that cannot outlive whoever started them, however that one died."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

PR_SET_PDEATHSIG = 1
_libc: ctypes.CDLL | None = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(death_signal: int) -> None:
    """Ask the kernel for `death_signal` when the thread that started this process ends, even by -9."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)


def start(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    output: IO[Any] | int | None = None,
    user: str | None = None,
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `command` as the leader of its own session, tied to this process's life.

    Its own session: Ctrl-C at the terminal reaches the launcher alone, which then stops its children in order.
    """
    drop: dict[str, Any] = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    return subprocess.Popen(
        command,
        env=None if env is None else dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
        preexec_fn=partial(die_with_parent, death_signal),
        **drop,
    )


def stop(process: subprocess.Popen[bytes], *, grace: float = 10.0, how: int = signal.SIGTERM) -> int:
    """Ask `process` to stop, wait `grace` seconds, then end its whole group; return its exit code."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=grace)
    end_group(process)
    return process.wait()


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of the group that `process` led (its own children included)."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
