"""`python -m tests.faults.campaign`: exits 1 when a message was lost or doubled. `--short` takes a minute."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import django
from django.db import connections

from sandbox.launch.ports import LOOPBACK, free_port
from tests.faults.campaign.board import Board
from tests.faults.campaign.parts import Postgres, Redis

LONG = {"messages": 100_000, "kills": 1_000, "minutes": 19.0}
SHORT = {"messages": 600, "kills": 1_000, "minutes": 1.2}
#: The short form's clock: a lease of 90 seconds ends in nine.
SPEED = 10.0


def main() -> int:
    """Set the stage, run, report."""
    options = _options()
    # Stopped from outside it still stops what it started, and takes its folders away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    size = {**(SHORT if options.short else LONG), "seed": options.seed, "short": options.short}
    size["troubles"] = options.troubles
    size |= {name: given for name in LONG if (given := getattr(options, name)) is not None}
    with _parts(options.seed, speed=SPEED if options.short else 1.0) as (folder, postgres, redis, board):
        # By name, now: they import models, and there are none before Django stands.
        outcome = import_module("tests.faults.campaign.staging").play(size, folder, postgres, redis, board)
    report = import_module("tests.faults.campaign.report")
    sys.stdout.write((report.as_json(outcome) if options.json else report.text(outcome)) + "\n")
    if options.quote:
        report.quote(outcome)
    return 0 if outcome.accounts.is_whole else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.campaign", description=__doc__)
    parser.add_argument("--messages", type=int, help=f"default: {LONG['messages']:,}")
    parser.add_argument("--kills", type=int, help=f"default: {LONG['kills']:,}")
    parser.add_argument("--minutes", type=float, help=f"of faults, before it settles; default: {LONG['minutes']:.0f}")
    parser.add_argument("--seed", type=int, default=4, help="the same seed, the same misbehaviour")
    parser.add_argument("--troubles", default="", metavar="NAMES", help="only those that begin so: redis,postgres")
    parser.add_argument("--short", action="store_true", help="a minute, on a clock that runs faster")
    parser.add_argument("--json", action="store_true", help="the report for programs")
    parser.add_argument("--quote", action="store_true", help="also put the report into docs/reliability.md")
    options = parser.parse_args()
    if options.quote and (options.short or options.troubles):
        parser.error("only the whole long form is worth quoting")
    return options


@contextmanager
def _parts(seed: int, *, speed: float) -> Iterator[tuple[Path, Postgres, Redis, Board]]:
    """A database, a broker and a board; all is gone afterwards."""
    # Not under the caller's own folder: PostgreSQL runs as another account.
    folder = Path(tempfile.mkdtemp(prefix="bonewatch-campaign-", dir="/tmp"))
    postgres, redis = Postgres(), Redis(folder / "redis")
    try:
        postgres.start()
        redis.start()
        os.environ.update(
            BONEWATCH_VAR=str(folder),
            DATABASE_URL=postgres.url("postgres"),
            REDIS_URL=redis.url,
            EMAIL_URL=f"smtp://{LOOPBACK}:{free_port()}",
            DJANGO_SETTINGS_MODULE="tests.faults.campaign.settings",
            CAMPAIGN_SPEED=str(speed),
            CAMPAIGN_EPOCH=str(time.time()),
            LOG_LEVEL="WARNING",
        )
        django.setup()
        yield folder, postgres, redis, Board.create(folder / "board")
    finally:
        connections.close_all()
        redis.wake()
        redis.stop()
        postgres.stop()
        if os.environ.get("CAMPAIGN_KEEP") is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
