"""The words that are in force in this process: each template's active version, read again every half minute.

Whoever words a message asks here for each, so asking costs a look into a mapping. A version that was made active
holds at once in the process that did it, and within REREAD in every other.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from messaging.domain.delivery import Channel
from messaging.domain.words import WordingState

REREAD = 30.0  # seconds

Key = tuple[str, Channel]


@dataclass(frozen=True, slots=True)
class ActiveText:
    """One text of an active version."""

    number: int
    subject: str
    body: str


class _Table:
    """What holds in this process. Replaced as a whole: a reader in another thread sees one or the other."""

    texts: Mapping[str, Mapping[Key, ActiveText]] = {}
    read_at: float | None = None


def texts(name: str) -> Mapping[Key, ActiveText]:
    """Every text of the version of `name` that is in force, by language and channel; empty: the files are."""
    if _Table.read_at is None or time.monotonic() >= _Table.read_at + REREAD:
        read()
    return _Table.texts.get(name, {})


def names() -> set[str]:
    """The templates of which a version is in force."""
    texts("")
    return set(_Table.texts)


def read() -> None:
    """Read the versions in force now."""
    found: dict[str, dict[Key, ActiveText]] = {}
    # Asked for by name: the system checks import this before there are models.
    model: Any = apps.get_model("messaging", "WordingText")
    rows = model.objects.filter(version__state=WordingState.ACTIVE).order_by()
    fields = ("version__name", "version__number", "language", "channel", "subject", "body")
    for name, number, language, channel, subject, body in rows.values_list(*fields):
        found.setdefault(name, {})[language, Channel(channel)] = ActiveText(number, subject, body)
    _Table.texts, _Table.read_at = found, time.monotonic()


def forget() -> None:
    """Nothing is known to be in force; the next who asks reads."""
    _Table.texts, _Table.read_at = {}, None


def take_files() -> None:
    """The files are in force until somebody reads, or REREAD is over: for tests, which start without versions."""
    _Table.texts, _Table.read_at = {}, time.monotonic()
