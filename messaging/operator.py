"""The way to whoever runs this: what is wrong with sending, said once, and that it is over.

`settings.OPERATOR_ALARM` names who listens; messaging knows nothing of managers and boards.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string


class Alarm(Protocol):
    """Who is told. The same `key` while it lasts is the same trouble; empty `words`: it is over."""

    def __call__(self, key: str, words: str, *, over: str, grave: bool, now: datetime) -> None: ...


def tell(key: str, words: str, *, now: datetime, grave: bool = True) -> None:
    """Say that `words` is so. May be repeated at any rate; within a transaction it is said when that stands."""
    _alarm()(key, words, over="", grave=grave, now=now)


def over(key: str, words: str, *, now: datetime) -> None:
    """Say that the trouble of this key is over, in `words` for those who had heard of it."""
    _alarm()(key, "", over=words, grave=False, now=now)


def _alarm() -> Alarm:
    return cast("Alarm", import_string(settings.OPERATOR_ALARM))
