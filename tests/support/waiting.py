"""Waiting for what other processes do: a deadline, never a guess."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(predicate: Callable[[], T], timeout: float = 10.0, *, interval: float = 0.05, what: str = "") -> T:
    """The first truthy answer of `predicate`; AssertionError with the last answer after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        answer = predicate()
        if answer:
            return answer
        if time.monotonic() >= deadline:
            raise AssertionError(f"not within {timeout} s: {what or predicate}; last answer: {answer!r}")
        time.sleep(interval)
