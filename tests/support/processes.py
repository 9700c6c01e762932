"""The product's own processes, started for a test exactly as the Procfile says."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from sandbox.launch import lifeline
from tests.support.waiting import eventually

NO_SIGNAL = 0
ROOT = Path(__file__).resolve().parents[2]


def procfile() -> dict[str, str]:
    """Name → command of every process."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    pairs = (line.partition(":") for line in lines if line.strip() and not line.startswith("#"))
    return {name.strip(): command.strip() for name, _, command in pairs}


def live_environment(**extra: str) -> dict[str, str]:
    """The environment in which another process sees this test's database, Redis and mail host."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = f"postgresql://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": url,
        "PUBLIC_BASE_URL": settings.PUBLIC_BASE_URL,
        "TWILIO_API_BASE_URL": settings.TWILIO_API_BASE_URL,
        "PYTHONUNBUFFERED": "1",
        **extra,
    }


@dataclass
class Running:
    """One started process and the file that its output goes to."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    asked: bool = False

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def says(self, text: str, timeout: float = 30.0) -> None:
        """Wait until its output holds `text`; its end before that is a failure that shows the output."""

        def said() -> bool:
            if text in self.output():
                return True
            assert self.process.poll() is None, f"{self.name} ended: {self.output()[-3000:]}"
            return False

        try:
            eventually(said, timeout, what=f"{self.name} says {text!r}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.output()[-3000:]}") from None

    def kill(self) -> None:
        """kill -9 of the process and of all its children: a power cut."""
        lifeline.end_group(self.process)
        self.process.wait()

    def ask_to_stop(self) -> None:
        """One SIGTERM, however often it is asked: a second one would cut a worker's goodbye short."""
        if not self.asked and self.process.poll() is None:
            self.process.terminate()
        self.asked = True

    def stop(self, grace: float = 15.0) -> int:
        """Stop as an operator does, and answer the exit code."""
        self.ask_to_stop()
        return lifeline.stop(self.process, grace=grace, how=NO_SIGNAL)


@contextlib.contextmanager
def running(name: str, command: str, *, env: Mapping[str, str], folder: Path) -> Iterator[Running]:
    """Run `command` until the block ends."""
    log = folder / f"{name}-{os.urandom(3).hex()}.log"
    with log.open("ab") as output:
        process = lifeline.start(shlex.split(command), env=env, cwd=ROOT, output=output)
    started = Running(name, process, log)
    try:
        yield started
    finally:
        started.stop()
