"""The benchmarks by name, in the order in which `python -m benchmarks` runs them, at full size or tiny."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from benchmarks import (
    claiming,
    draining,
    due,
    pages,
    planning,
    quotes,
    receipts,
    recovery,
    red_flags,
    redis_memory,
    release,
    sending,
    transport,
    triage,
)
from benchmarks.figures import Findings, passages, table
from sandbox.launch.redis_server import RedisServer


def report(names: Sequence[str], *, redis: RedisServer, now: datetime, rounds: int, tiny: bool, quote: bool) -> str:
    """Run the benchmarks called `names`; the Markdown to print. `quote` also puts it where it is quoted."""
    findings = [_run(name, redis, now, rounds, tiny=tiny) for name in names]
    full = f"{table(findings)}\n\n{passages(findings)}".strip()
    if quote:
        quotes.put(quotes.PAGE, full)
        quotes.put(quotes.README, table(findings, headlines=True))
    return full


def _run(name: str, redis: RedisServer, now: datetime, rounds: int, *, tiny: bool) -> Findings:
    match name:
        case "planning":
            return planning.run(now=now, rounds=rounds, sizes=(10, 40) if tiny else planning.SIZES)
        case "due":
            return due.run(now=now, rounds=rounds, sizes=due.TINY if tiny else due.FULL)
        case "redis":
            return redis_memory.run(redis, now=now, sizes=redis_memory.TINY if tiny else redis_memory.FULL)
        case "release":
            return release.run(now=now, rounds=rounds, count=40 if tiny else release.COUNT)
        case "red_flags":
            return red_flags.run(now=now, sizes=red_flags.TINY if tiny else red_flags.FULL)
        case "triage":
            return triage.run(rounds=rounds, count=triage.TINY if tiny else triage.FULL)
        case "transport":
            return transport.run(rounds=rounds, count=transport.TINY if tiny else transport.FULL)
        case "sending":
            return sending.run(rounds=rounds, sizes=sending.TINY if tiny else sending.FULL)
        case "claiming":
            return claiming.run(now=now, rounds=rounds, sizes=claiming.TINY if tiny else claiming.FULL)
        case "receipts":
            return receipts.run(now=now, rounds=rounds, sizes=receipts.TINY if tiny else receipts.FULL)
        case "draining":
            return draining.run(sizes=draining.TINY if tiny else draining.FULL)
        case "recovery":
            return recovery.run(redis, rounds=rounds, sizes=recovery.TINY if tiny else recovery.FULL)
        case "pages":
            return pages.run(now=now, rounds=rounds, size=pages.TINY if tiny else pages.FULL)
    raise ValueError(f"no benchmark is called {name!r}")
