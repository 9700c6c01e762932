"""The processes of a campaign: the Procfile's own commands, with places to die; whatever ends is started again."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.launch.ports import LOOPBACK, free_port, wait_for_listener
from tests.faults.campaign import clock
from tests.faults.campaign.board import Board
from tests.faults.campaign.parts import children_of
from tests.support.processes import Running, live_environment, procfile, running
from tests.support.waiting import eventually

WORKERS = ("worker-ordinary", "worker-urgent")
CREW = (*WORKERS, "web", "beat")
TOKEN = "campaign-token"


class Crew:
    """Who is at work, as an operator's supervisor keeps them: one that ended is started anew at once."""

    def __init__(self, folder: Path, *, seed: int) -> None:
        self.folder, self.seed = folder, seed
        self.restarts: Counter[str] = Counter()
        self._stack = contextlib.ExitStack()
        self._at_work: dict[str, Running] = {}
        self._dismissed: set[str] = set()
        self._lock = threading.RLock()
        self.carrier_port, self.web_port = free_port(), free_port()

    @property
    def names(self) -> set[str]:
        """Who is at work."""
        return set(self._at_work) - self._dismissed

    def open_carrier(self) -> None:
        """The carrier: the one part that stays up throughout, for it is the witness."""
        command = f"{sys.executable} -m tests.faults.campaign.carrier {self.carrier_port} {self.folder}"
        process = self._stack.enter_context(
            running("carrier", command, env=self._environment("carrier"), folder=self.folder)
        )
        if not wait_for_listener(self.carrier_port, timeout=60):
            raise RuntimeError(process.output())

    def start(self, name: str, *, host: int = 0) -> None:
        """Start the process that the Procfile calls `name`; on another `host` it has that host's clock."""
        command = procfile()[name]
        command = command.replace("-A config", "-A tests.faults.campaign.worker").replace(
            "config.wsgi:application", "tests.faults.campaign.web:application"
        )
        if host:
            command = command.replace("@%h", f"@host{host}")
        called = f"{name}@{host}" if host else name
        with self._lock:
            env = self._environment("web" if name == "web" else "worker", host=host)
            stack = self._stack.enter_context(contextlib.ExitStack())
            self._at_work[called] = stack.enter_context(running(called, command, env=env, folder=self.folder))
            self._dismissed.discard(called)

    def ready(self, board: Board) -> None:
        """Wait until everybody has done something."""
        assert wait_for_listener(self.web_port, timeout=60), self._at_work["web"].output()
        first = {"worker: after task messaging.dispatch_ordinary", "worker: after task messaging.dispatch_urgent"}
        try:
            eventually(lambda: first <= {point.name for point in board.points()}, 60, what="workers at work")
        except AssertionError as error:
            said = "\n".join(process.output()[-1500:] for process in self._at_work.values())
            raise AssertionError(f"{error}\n{said}") from None

    def tend(self) -> None:
        """Start again whatever has ended."""
        with self._lock:
            for called, process in list(self._at_work.items()):
                if process.process.poll() is not None and called not in self._dismissed:
                    process.kill()
                    self.restarts[called] += 1
                    name, _, host = called.partition("@")
                    self.start(name, host=int(host or 0))

    def kill_group(self, called: str) -> float:
        """kill -9 of a process and all its children; answers when. It is started again at once."""
        with self._lock:
            at = time.time()
            self._at_work[called].kill()
            self.tend()
        return at

    def kill_parent(self, called: str) -> None:
        """kill -9 of a process alone: its children find themselves orphaned."""
        with self._lock:
            self._at_work[called].process.kill()
            self._at_work[called].process.wait()
            self.restarts[called] += 1
            name, _, host = called.partition("@")
            self.start(name, host=int(host or 0))

    def kill_child(self, called: str, chance: random.Random) -> bool:
        """kill -9 of one child at whatever it is doing now. False: it has none at this moment."""
        children = children_of(self._at_work[called].process.pid)
        if not children:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(chance.choice(children), signal.SIGKILL)
            return True
        return False

    def ask_to_stop(self, called: str) -> None:
        """SIGTERM, as a deploy does: it finishes what it has begun, and is started again when it has ended."""
        with self._lock:
            self._at_work[called].ask_to_stop()

    def dismiss(self, called: str) -> None:
        """Stop `called` for good."""
        with self._lock:
            self._dismissed.add(called)
            if called in self._at_work:
                self._at_work[called].ask_to_stop()

    def command_carrier(self, **wanted: Any) -> dict[str, Any]:
        """Change the carrier's weather, or with nothing: how it was."""
        body = json.dumps(wanted).encode()
        url = f"http://{LOOPBACK}:{self.carrier_port}/campaign"
        with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=30) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    def go_home(self) -> None:
        """Everybody stops; all are asked at once."""
        with self._lock:
            for called, process in self._at_work.items():
                self._dismissed.add(called)
                process.ask_to_stop()
            self._stack.close()

    def _environment(self, role: str, *, host: int = 0) -> Mapping[str, str]:
        return live_environment(
            DJANGO_SETTINGS_MODULE="tests.faults.campaign.settings",
            CAMPAIGN_BOARD=str(self.folder / "board"),
            CAMPAIGN_ROLE=role,
            CAMPAIGN_HOST=str(host),
            CAMPAIGN_SEED=str(self.seed),
            CAMPAIGN_PATIENCE=str(max(10 / clock.SPEED, 1.0)),
            PORT=str(self.web_port),
            PUBLIC_BASE_URL=f"http://{LOOPBACK}:{self.web_port}",
            TWILIO_API_BASE_URL=f"http://{LOOPBACK}:{self.carrier_port}",
            TWILIO_AUTH_TOKEN=TOKEN,
            WEB_CONCURRENCY="2",
            LOG_LEVEL="WARNING",
        )
