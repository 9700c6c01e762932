"""Each benchmark, at tiny size, on the real parts it starts by itself: it runs, and says what it promises to say.

No figure is held to anything here: a busy machine would decide the outcome.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from benchmarks.__main__ import NAMES
from benchmarks.books import Books, carrier
from tests.support.processes import ROOT

MESSAGES = f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"
SAID = {
    "planning": ("planning 40 schedules × 12 visits × 5 reminders (2,880 rows)", "COPY", "get_or_create"),
    "due": ("finding 60 due reminders among 600 ", "among 6,000 ", "Scan using reminder_due"),
    "redis": ("memory of Redis with no reminder planned", "with 6,000 reminders planned", "_kombu.binding.ordinary"),
    "release": ("releasing 40 due reminders into the outbox",),
    "red_flags": ("red flag → page at the carrier, idle, p99", "while 20 reminders are sent", "burst of 4 red flags"),
    "sending": (
        "sending, with 100 requests in flight and a carrier that answers after 50 ms",
        "one task with a time (ETA) for each, prefork 8, 0 ms",
        "sending at 100 ms, as a multiple of the bare client's",
        "Celery tasks that do nothing",
    ),
    "claiming": ("60 due messages in batches of 500, no carrier, among 300 planned", "of the same among 3,000, as a"),
    "receipts": ("receipts through the webhook, one web process", "a receipt answered, 2 at a time, p99"),
    "draining": ("memory while a worker drains 200 rows, last quarter as a multiple of the first",),
    "recovery": ("kill -9 of the whole worker", "kill -9 of one of two", "a new, empty Redis"),
    "transport": ("processor time of a message in the event loop", "as a multiple of the library's"),
    "pages": ("home, p95 among 60 patients and 1,800 messages", "calendar, day, p95"),
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


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with carrier(tmp_path) as opened:
        yield opened


def hand_in(books: Books, name: str, to: str = "+13035550100") -> dict[str, str]:
    form = {"To": to, "Body": "Bring 2 & a half.", "StatusCallback": f"https://clinic.example/status/{name}/"}
    request = urllib.request.Request(f"{books.url}{MESSAGES}", urlencode(form).encode())
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 201
        taken: dict[str, str] = json.load(answer)
        return taken


def look(books: Books, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(books.url + path, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def test_the_carrier_of_the_figures_keeps_a_log_that_can_be_asked(books: Books) -> None:
    first, second = hand_in(books, "a"), hand_in(books, "b", to="+13035550101")
    listed = look(books, f"{MESSAGES}?{urlencode({'To': '+13035550101'})}")["messages"]
    assert [(one["sid"], one["body"]) for one in listed] == [(second["sid"], "Bring 2 & a half.")]
    assert look(books, MESSAGES.replace(".json", f"/{first['sid']}.json"))["to"] == "+13035550100"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        look(books, MESSAGES.replace(".json", f"/SM{'9' * 32}.json"))


def test_it_is_as_slow_as_it_is_told(books: Books) -> None:
    books.latency(150)
    began = time.perf_counter()
    hand_in(books, "a")
    assert time.perf_counter() - began >= 0.15


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (["a"], "1 were lost, 0 doubled, 0 unknown"),
        (["a", "b", "b"], "0 were lost, 1 doubled, 0 unknown"),
        (["a", "b", "c"], "0 were lost, 0 doubled, 1 unknown"),
    ],
)
def test_no_figure_counts_when_something_was_lost_or_doubled(books: Books, sent: list[str], words: str) -> None:
    for name in sent:
        hand_in(books, name)
    with pytest.raises(RuntimeError, match=words):
        books.balance({"a", "b"})


def test_a_figure_counts_when_each_came_once(books: Books) -> None:
    hand_in(books, "old")
    books.start_anew()
    for name in ("a", "b"):
        hand_in(books, name)
    books.balance({"a", "b"})
    assert books.read() == 2


def test_every_benchmark_is_tried_here() -> None:
    assert SAID.keys() == set(NAMES)
