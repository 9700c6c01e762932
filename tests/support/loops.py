"""Runs a coroutine to its end in a loop of its own thread: a browser test may have left one running in this one."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """What `work` returns, or raises."""
    with ThreadPoolExecutor(1, thread_name_prefix="loop") as apart:
        return apart.submit(asyncio.run, work).result()
