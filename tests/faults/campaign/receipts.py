"""The carrier tells what became of its messages: signed callbacks, some lost, doubled, early or out of order."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import AsyncIterator

import aiohttp

from tests.faults.campaign.moods import Callbacks
from tests.support.signing import signature

HANDS = 8
#: How long a callback waits for an answer, as Twilio does.
PATIENCE = 15.0
_SOON = 0.3
_FIRST = {"delivered": "sent", "completed": "ringing"}


class Receipts:
    """Brings callbacks to the web process, a few at a time; one that is not heard is not brought again."""

    def __init__(self) -> None:
        self.muted = False
        self.met: Counter[str] = Counter()
        self._queue: asyncio.Queue[tuple[float, str, dict[str, str]]] = asyncio.Queue()
        self._session: aiohttp.ClientSession | None = None
        self._token = os.environ["TWILIO_AUTH_TOKEN"]

    @property
    def owed(self) -> int:
        """How many are still to be brought."""
        return self._queue.qsize()

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Hands that bring what is owed."""
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout) as self._session:
            hands = [asyncio.create_task(self._bring_owed()) for _ in range(HANDS)]
            yield
            for hand in hands:
                hand.cancel()

    async def bring(self, url: str, sid: str, end: str, fate: Callbacks) -> None:
        """The receipts of one message; one that is early is brought before this returns."""
        first = _FIRST[end]
        words = {
            Callbacks.ONE: [end],
            Callbacks.BOTH: [first, end],
            Callbacks.LOST: [],
            Callbacks.DOUBLED: [end, end],
            Callbacks.REORDERED: [end, first],
            Callbacks.EARLY: [end],
        }[fate]
        if self.muted or not url:
            self.met["lost while all were"] += len(words)
            return
        if fate is Callbacks.EARLY:
            await self._post(url, _form(sid, end))
            return
        due = asyncio.get_running_loop().time() + _SOON
        for number, word in enumerate(words):
            self._queue.put_nowait((due + number * _SOON, url, _form(sid, word)))

    async def _bring_owed(self) -> None:
        while True:
            due, url, form = await self._queue.get()
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            await self._post(url, form)

    async def _post(self, url: str, form: dict[str, str]) -> None:
        assert self._session is not None
        headers = {"X-Twilio-Signature": signature(url, form, self._token)}
        try:
            async with self._session.post(url, data=form, headers=headers) as answer:
                self.met[f"answered {answer.status}"] += 1
        except (aiohttp.ClientError, TimeoutError):
            self.met["not heard"] += 1


def _form(sid: str, word: str) -> dict[str, str]:
    what = "Call" if sid.startswith("CA") else "Message"
    return {f"{what}Sid": sid, f"{what}Status": word, "AccountSid": "AC" + "0" * 32}
