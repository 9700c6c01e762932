"""Starts the processes of the Procfile with the stand-in carrier, keeps them alive, and stops them all."""

from __future__ import annotations

import os
import selectors
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.launch import lifeline

#: What `make run` starts beside the Procfile: the carrier's clockwork and the mail host.
CARRIER = ("sandbox-carrier", "python manage.py sandbox_carrier")
GRACE_SECONDS = 12.0


def procfile(path: Path) -> dict[str, str]:
    """Name → command of each process, in the order of the file."""
    commands: dict[str, str] = {}
    for line in path.read_text().splitlines():
        name, colon, command = line.partition(":")
        if colon and command.strip() and not line.lstrip().startswith("#"):
            commands[name.strip()] = command.strip()
    return commands


@dataclass
class Member:
    """One process of the family: its command, and its present run."""

    name: str
    command: str
    process: subprocess.Popen[bytes] | None = None
    tail: bytes = b""
    restarts: int = 0
    again_at: float = 0.0


@dataclass
class Family:
    """All processes of one `make run`, watched from one thread (a death signal follows the thread that forks)."""

    env: Mapping[str, str]
    folder: Path
    say: Callable[[str], None]
    members: list[Member] = field(default_factory=list)
    stopping: bool = False

    def __post_init__(self) -> None:
        self._streams = selectors.DefaultSelector()

    def add(self, name: str, command: str) -> None:
        """Start one more process."""
        member = Member(name, command)
        self.members.append(member)
        self._start(member)

    def ask_to_stop(self, *_: object) -> None:
        """Signal handler: `watch` returns soon after."""
        self.stopping = True

    def watch(self) -> None:
        """Pass output on and restart what dies, until asked to stop."""
        while not self.stopping:
            self._pass_output(timeout=0.2)
            for member in self.members:
                self._mind(member)

    def stop(self) -> None:
        """SIGTERM to all at once, one grace period for all, then the rest is killed with its children."""
        for member in self.members:
            if member.process and member.process.poll() is None:
                member.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and any(m.process and m.process.poll() is None for m in self.members):
            self._pass_output(timeout=0.1)
        for member in self.members:
            if member.process:
                lifeline.end_group(member.process)
                member.process.wait()
        self._pass_output(timeout=0)

    def _start(self, member: Member) -> None:
        member.process = lifeline.start(
            shlex.split(member.command), env=self.env, cwd=self.folder, output=subprocess.PIPE
        )
        assert member.process.stdout is not None  # noqa: S101  # PIPE was asked for
        os.set_blocking(member.process.stdout.fileno(), False)
        self._streams.register(member.process.stdout, selectors.EVENT_READ, member)

    def _mind(self, member: Member) -> None:
        if member.process is not None and member.process.poll() is not None:
            self.say(f"{member.name} ended with {member.process.returncode}; starting it again")
            lifeline.end_group(member.process)
            member.process = None
            member.restarts += 1
            member.again_at = time.monotonic() + min(2.0 ** min(member.restarts, 5) / 2, 15.0)
        if member.process is None and time.monotonic() >= member.again_at:
            self._start(member)

    def _pass_output(self, *, timeout: float) -> None:
        if not self._streams.get_map():
            time.sleep(timeout)
            return
        for key, _ in self._streams.select(timeout):
            member: Member = key.data
            try:
                chunk = os.read(key.fd, 65536)
            except BlockingIOError:
                continue
            if not chunk:
                self._streams.unregister(key.fileobj)
                continue
            *lines, member.tail = (member.tail + chunk).split(b"\n")
            for line in lines:
                sys.stdout.write(f"{member.name:>16} | {line.decode(errors='replace')}\n")
            sys.stdout.flush()
