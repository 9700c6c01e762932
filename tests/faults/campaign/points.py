"""Where a process of the product can be made to die, found without a hook in the product.

Wrapped from outside are the commit of a transaction, each statement that writes without one, each request to the
carrier, and each task. A point takes its name from the function of `messaging` that asked, so that a commit which the
sending path gets tomorrow is a point of tomorrow's campaign.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any

import aiohttp
import requests
from celery import signals
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from tests.faults.campaign import clock
from tests.faults.campaign.board import Board

#: Tells the carrier whom to kill between taking a message and answering.
ASKER = "X-Campaign-Asker"
#: What others use to write: the point is named after those others as well.
_INSTRUMENTS = ("messaging.record", "messaging.bulk")
_PLUMBING = frozenset({"move", "<lambda>", "<listcomp>", "<genexpr>"})
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH\b.*\b(UPDATE|INSERT|DELETE)\b)", re.IGNORECASE | re.DOTALL)

_board: Board | None = None
_role = ""


def install() -> None:
    """Make this process one of the campaign's: its clock, and its places to die."""
    global _board, _role  # one campaign per process
    _board = Board(Path(os.environ["CAMPAIGN_BOARD"]))
    _role = os.environ["CAMPAIGN_ROLE"]
    host = int(os.environ.get("CAMPAIGN_HOST", "0"))
    clock.install(lambda board=_board: board.step(host))  # type: ignore[misc]
    _around_commits()
    _around_lone_writes()
    _around_requests()
    signals.task_prerun.connect(_task_begins, weak=False)
    signals.task_postrun.connect(_task_ends, weak=False)


def reach(name: str) -> None:
    """This process is at `name`, and may die here."""
    if _board is not None and _board.reached(f"{_role}: {name}"):
        os.kill(os.getpid(), signal.SIGKILL)


def kind(method: str, url: str) -> str:
    """What a request to the carrier is, in words."""
    path = url.partition("?")[0]
    what = "calls" if "/Calls" in path else "texts"
    if method.upper() == "POST":
        return f"create {what}"
    return f"search {what}" if path.endswith((f"/Messages{SUFFIX}", f"/Calls{SUFFIX}")) else f"ask after {what}"


SUFFIX = ".json"


def _place() -> str:
    """The function of messaging nearest to this moment, with whom it serves where it serves many; or nothing."""
    found: list[str] = []
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and len(found) < 2:
        module, function = str(frame.f_globals.get("__name__", "")), frame.f_code.co_name
        if module.startswith("messaging.") and function not in _PLUMBING:
            if not found or module not in _INSTRUMENTS:
                found.append(f"{module.removeprefix('messaging.')}.{function}")
            if module not in _INSTRUMENTS:
                break
        frame = frame.f_back
    return " < ".join(found)


def _around(owner: type, method: str, point: Callable[..., str]) -> None:
    original = getattr(owner, method)

    @wraps(original)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        name = point(self, *args)
        if not name:
            return original(self, *args, **kwargs)
        reach(f"before {name}")
        answer = original(self, *args, **kwargs)
        reach(f"after {name}")
        return answer

    setattr(owner, method, wrapped)


def _around_commits() -> None:
    def committed(connection: BaseDatabaseWrapper, *_: Any) -> str:
        place = _place()
        return f"commit of {place}" if place else ""

    _around(BaseDatabaseWrapper, "commit", committed)


def _around_lone_writes() -> None:
    def written(cursor: CursorWrapper, sql: Any, *_: Any) -> str:
        if cursor.db.in_atomic_block or not _WRITES.match(str(sql)):
            return ""
        place = _place()
        return f"write of {place}" if place else ""

    _around(CursorWrapper, "execute", written)


def _around_requests() -> None:
    def sent(_: Any, request: requests.PreparedRequest, *__: Any) -> str:
        request.headers[ASKER] = str(os.getpid())
        return f"request to {kind(request.method or '', request.url or '')}"

    _around(requests.Session, "send", sent)
    session: Any = aiohttp.ClientSession
    response: Any = aiohttp.ClientResponse
    ask, leave = session._request, response.__aexit__

    async def asked(self: Any, method: str, url: Any, **kwargs: Any) -> Any:
        kwargs["headers"] = {**(kwargs.get("headers") or {}), ASKER: str(os.getpid())}
        reach(f"before request to {kind(method, str(url))}")
        return await ask(self, method, url, **kwargs)

    async def answered(self: aiohttp.ClientResponse, *error: Any) -> None:
        await leave(self, *error)
        reach(f"after request to {kind(self.method, str(self.url))}")

    session._request, response.__aexit__ = asked, answered


def _task_begins(task: Any, **_: Any) -> None:
    if task.name.startswith("messaging."):
        reach(f"before task {task.name}")


def _task_ends(task: Any, **_: Any) -> None:
    if task.name.startswith("messaging."):
        reach(f"after task {task.name}")
