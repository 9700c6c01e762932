"""Each benchmark, at tiny size, on the real parts it starts by itself: it runs, and says what it promises to say.

No figure is held to anything here: a busy machine would decide the outcome.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from benchmarks.__main__ import NAMES
from tests.support.processes import ROOT

SAID = {
    "planning": ("planning 40 schedules × 12 visits × 5 reminders (2,880 rows)", "COPY", "get_or_create"),
    "due": ("finding 60 due reminders among 600 ", "among 6,000 ", "Scan using reminder_due"),
    "redis": ("memory of Redis with no reminder planned", "with 6,000 reminders planned", "_kombu.binding.ordinary"),
    "release": ("releasing 40 due reminders into the outbox",),
    "red_flags": ("red flag → page at the carrier, idle, p99", "while 20 reminders are sent", "burst of 4 red flags"),
    "triage": ("reading 50 texts in one process", "reading a text of 1,600 characters"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_it_runs_by_one_command(name: str, pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("database") == "postgres":
        pytest.skip("benchmarks start a PostgreSQL of their own: once a suite is enough")
    command = [sys.executable, "-m", "benchmarks", name, "--tiny", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    for words in SAID[name]:
        assert words in done.stdout
    assert "| What | Median | Spread | Bar |" in done.stdout
    assert "PostgreSQL 1" in done.stdout


def test_every_benchmark_is_tried_here() -> None:
    assert SAID.keys() == set(NAMES)
