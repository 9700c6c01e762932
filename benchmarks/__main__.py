"""`python -m benchmarks`: all figures as one table; or some of them: `python -m benchmarks planning due`."""

from __future__ import annotations

import argparse
import signal
import sys
import time

from django.utils import timezone
from django.utils.module_loading import import_string

from benchmarks.stage import stage

NAMES = (
    "planning",
    "due",
    "redis",
    "release",
    "red_flags",
    "triage",
    "transport",
    "sending",
    "claiming",
    "receipts",
    "draining",
    "recovery",
    "pages",
)


def main() -> None:
    """Stage the real parts, measure what was asked for, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[*NAMES, "all"], default="all", metavar="name", help=", ".join(NAMES)
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each figure is taken (default: 3)")
    parser.add_argument("--tiny", action="store_true", help="small numbers: it works, and measures nothing")
    parser.add_argument(
        "--quote", action="store_true", help="also put the figures into README.md and docs/benchmarks.md"
    )
    options = parser.parse_args()
    if options.quote and (options.tiny or "all" not in options.names):
        parser.error("only all figures, at full size, are worth quoting")
    names = NAMES if "all" in options.names else tuple(options.names)
    # Stopped from outside it still stops its servers and takes their folders away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    started = time.monotonic()
    with stage() as redis:
        # By name, now: it imports models, and there are none before the stage is set.
        report = import_string("benchmarks.suite.report")
        size = {"rounds": options.rounds, "tiny": options.tiny}
        print(report(names, redis=redis, now=timezone.now(), quote=options.quote, **size))
    print(f"\nTook {time.monotonic() - started:.0f} s.")


if __name__ == "__main__":
    main()
