"""The short form of the fault campaign: a death at every enumerated boundary, and every message arrives once."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.support.processes import ROOT

pytestmark = [pytest.mark.own_database, pytest.mark.slow, pytest.mark.timeout(240)]


def test_it_loses_and_doubles_nothing_though_somebody_dies_at_every_boundary() -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BONEWATCH_", "PYTEST_"))}
    command = [sys.executable, "-m", "tests.faults.campaign", "--short", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=clean, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr[-3000:]
    told = json.loads(done.stdout)
    found = told["accounts"]
    wrong = {name: found[name] for name in ("lost", "doubled", "doubled_pages", "misnamed", "open", "orphans")}
    assert told["whole"], (wrong, found["states"], done.stderr[-3000:])
    assert done.returncode == 0
    assert found["messages"] == found["taken"] - found["repeated_pages"] == 600
    assert told["missing"] == []
    assert told["died"] >= 30
