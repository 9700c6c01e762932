"""`python -m benchmarks`: all figures as one table; or some of them: `python -m benchmarks planning due`."""

from __future__ import annotations

import argparse
import time

from django.utils import timezone
from django.utils.module_loading import import_string

from benchmarks.stage import stage

NAMES = ("planning", "due", "redis", "release")


def main() -> None:
    """Stage the real parts, measure what was asked for, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[*NAMES, "all"], default="all", metavar="name", help=", ".join(NAMES)
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each figure is taken (default: 3)")
    parser.add_argument("--tiny", action="store_true", help="small numbers: it works, and measures nothing")
    options = parser.parse_args()
    names = NAMES if "all" in options.names else tuple(options.names)
    started = time.monotonic()
    with stage() as redis:
        # By name, now: it imports models, and there are none before the stage is set.
        report = import_string("benchmarks.suite.report")
        print(report(names, redis=redis, now=timezone.now(), rounds=options.rounds, tiny=options.tiny))
    print(f"Took {time.monotonic() - started:.0f} s.")


if __name__ == "__main__":
    main()
