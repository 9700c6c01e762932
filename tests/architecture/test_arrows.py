"""The arrows between rooms, as pyproject.toml states them, hold; and the contracts can fail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

LINT = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(LINT, cwd=folder, capture_output=True, text=True, check=False)


def test_the_import_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("messaging/__init__.py", "import patients", "never meet"),
        ("patients/__init__.py", "import reminders", "never meet"),
        ("reminders/__init__.py", "import config", "never meet"),
        ("reminders/__init__.py", "import alerts", "never meet"),
        ("alerts/__init__.py", "import reminders", "never meet"),
        ("messaging/__init__.py", "import alerts", "never meet"),
        ("alerts/__init__.py", "import sandbox", "nobody imports the sandbox"),
        ("sandbox/__init__.py", "import alerts", "stands outside"),
        ("reminders/__init__.py", "import sandbox", "nobody imports the sandbox"),
        ("messaging/domain/__init__.py", "import django", "plain Python"),
        ("reminders/domain/__init__.py", "import structlog", "plain Python"),
        ("alerts/domain/__init__.py", "import django", "plain Python"),
        ("messaging/outbox.py", "import twilio", "speaks to Twilio"),
        ("alerts/__init__.py", "import twilio", "speaks to Twilio"),
    ],
)
def test_a_wrong_arrow_is_found(tmp_path: Path, file: str, line: str, contract: str) -> None:
    """On a small model of the house, so that the contracts are known to be awake."""
    for room in (
        "config",
        "staff",
        "patients",
        "messaging",
        "reminders",
        "alerts",
        "inbox",
        "portal",
        "desk",
        "sandbox",
    ):
        for package in (room, f"{room}/domain"):
            (tmp_path / package).mkdir()
            (tmp_path / package / "__init__.py").write_text("")
    (tmp_path / "messaging" / "outbox.py").write_text("")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    assert lint(tmp_path).returncode == 0

    (tmp_path / file).write_text(line + "\n")
    broken = lint(tmp_path)
    assert broken.returncode == 1
    (verdict,) = [text for text in broken.stdout.replace("\n", " ").split("KEPT") if "BROKEN" in text][:1]
    assert contract in verdict
