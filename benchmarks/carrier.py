"""A carrier that takes everything and writes down when: `python -m benchmarks.carrier PORT FILE [MILLISECONDS]`.

It answers Twilio's create after so many milliseconds (`PUT /latency/50` changes them), its list by number and its
look at one message. One line per message or call that it took: the second, what it was, and the last part of its
status callback, which is our own name for it. It sends no receipts. Nothing of a request is read that is not
needed, for it shares the machine with what is measured.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import time
from collections import deque
from email.utils import formatdate
from functools import cache
from pathlib import Path
from typing import TextIO, cast
from urllib.parse import parse_qs, urlencode, urlsplit

_HEAD = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_CREATED, _OK, _MISSING = b"201 Created", b"200 OK", b"404 Not Found"
_CALLBACK, _SLASH, _LENGTH = b"StatusCallback=", b"%2F", b"\r\ncontent-length:"
#: Seconds between two writes of the journal: one write for each message would cost as much as the message.
_WRITES_EVERY = 0.02


#: As Twilio answers; the number and the text are repeated only where its log is looked at.
_SID, _DATE = "*sid*", "*date*"
_ENTRY = json.dumps(
    {
        "account_sid": f"AC{'0' * 32}",
        "api_version": "2010-04-01",
        "body": None,
        "date_created": _DATE,
        "date_sent": None,
        "date_updated": None,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": "+12025550100",
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": _SID,
        "status": "queued",
        "subresource_uris": {},
        "to": None,
        "uri": None,
    }
)


class Desk:
    """Takes, names, and answers when it is time."""

    def __init__(self, journal: TextIO, latency: float) -> None:
        self._journal = journal
        self._lines: list[str] = []
        self._latency = latency
        self._late: deque[tuple[float, asyncio.Transport, bytes]] = deque()
        #: The names that two carriers give are never the same.
        self._run = os.urandom(8).hex()
        #: What was taken, as it came: path and form. Its place in the list is the end of its name.
        self._taken: list[tuple[bytes, bytes, float]] = []
        self._loop = asyncio.get_running_loop()

    def take(self, line: asyncio.Transport, path: bytes, form: bytes) -> None:
        """One message or call."""
        at = time.time()
        start = form.find(_CALLBACK) + len(_CALLBACK)
        callback = form[start:].partition(b"&")[0].removesuffix(_SLASH) if start >= len(_CALLBACK) else b""
        name = callback.rpartition(_SLASH)[2].decode() or "none"
        kind = "call" if path.endswith(b"Calls.json") else "text"
        self._lines.append(f"{at:.6f} {kind} {name}\n")
        self._taken.append((path, form, at))
        self._answer(line, _CREATED, self._blank(len(self._taken) - 1, at).encode())

    def asked(self, line: asyncio.Transport, method: bytes, target: str) -> None:
        """Anything that creates nothing: a look into the log, or a word to this carrier itself."""
        if method == b"PUT":
            self._told(target)
            self._answer(line, _OK, b"{}")
            return
        path = urlsplit(target)
        found = self._list(path.path, path.query) if path.query else self._look(path.path)
        self._answer(line, _OK if found else _MISSING, json.dumps(found).encode())

    def write(self) -> None:
        """Put down what was taken of late."""
        if self._lines:
            self._journal.write("".join(self._lines))
            self._journal.flush()
            self._lines.clear()

    def keep_writing(self) -> None:
        """Do so now and again."""
        self.write()
        self._loop.call_later(_WRITES_EVERY, self.keep_writing)

    def _told(self, target: str) -> None:
        """`/latency/50`: how slow to be. `/journal`: everything is to stand in it."""
        if target.startswith("/latency/"):
            self._latency = float(target.removeprefix("/latency/")) / 1000
        self.write()

    def _answer(self, line: asyncio.Transport, status: bytes, body: bytes) -> None:
        answer = _HEAD % (status, len(body)) + body
        if not self._latency:
            line.write(answer)
            return
        due = self._loop.time() + self._latency
        self._late.append((due, line, answer))
        if len(self._late) == 1:
            self._loop.call_at(due, self._answer_the_late)

    def _answer_the_late(self) -> None:
        now = self._loop.time()
        while self._late and self._late[0][0] <= now:
            _, line, answer = self._late.popleft()
            if not line.is_closing():
                line.write(answer)
        if self._late:
            self._loop.call_at(self._late[0][0], self._answer_the_late)

    def _sid(self, place: int) -> str:
        return f"{'CA' if self._is_call(place) else 'SM'}{self._run}{place:016x}"

    def _is_call(self, place: int) -> bool:
        return self._taken[place][0].endswith(b"Calls.json")

    def _blank(self, place: int, at: float) -> str:
        return _ENTRY.replace(_SID, self._sid(place)).replace(_DATE, _date(int(at)))

    def _entry(self, place: int) -> dict[str, object]:
        _, form, at = self._taken[place]
        fields = parse_qs(form.decode())
        entry: dict[str, object] = json.loads(self._blank(place, at))
        return entry | {"to": fields.get("To", [""])[0], "body": fields.get("Body", [""])[0]}

    def _list(self, path: str, query: str) -> dict[str, object]:
        """Twilio's log by the number that was written to, newest first."""
        form = urlencode({"To": parse_qs(query).get("To", [""])[0]}).encode()
        calls = path.endswith("Calls.json")
        places = [place for place, (_, fields, _) in enumerate(self._taken) if form in fields]
        found = [self._entry(place) for place in reversed(places) if self._is_call(place) == calls]
        return {"calls" if calls else "messages": found, "next_page_uri": None}

    def _look(self, path: str) -> dict[str, object]:
        name = path.rpartition("/")[2].removesuffix(".json")
        place = int(name[18:], 16) if name[2:18] == self._run else len(self._taken)
        return self._entry(place) if place < len(self._taken) else {}


class Line(asyncio.Protocol):
    """One connection, kept open for as long as the client likes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        while (end := data.find(b"\r\n\r\n") + 4) > 3:
            head = data[:end].lower()
            at = head.find(_LENGTH)
            length = int(head[at + len(_LENGTH) : head.find(b"\r", at + 1)]) if at >= 0 else 0
            if len(data) < end + length:
                break
            self._serve(data[:end], data[end : end + length])
            data = data[end + length :]
        self._rest = data

    def _serve(self, head: bytes, form: bytes) -> None:
        assert self._transport is not None
        method, target, _ = head.split(b" ", 2)
        if method == b"POST":
            self._desk.take(self._transport, target, form)
        else:
            self._desk.asked(self._transport, method, target.decode())


@cache
def _date(second: int) -> str:
    return formatdate(second)


async def main(port: int, journal: Path, latency: float) -> None:
    """Serve until stopped."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stopped.set)
    with journal.open("a") as file:
        desk = Desk(file, latency)
        server = await loop.create_server(lambda: Line(desk), "127.0.0.1", port, backlog=1024)
        desk.keep_writing()
        print("carrier is open", flush=True)
        async with server:
            await stopped.wait()
        desk.write()


if __name__ == "__main__":
    # What it keeps it keeps for good: nothing for the collector to find.
    gc.disable()
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), float([*sys.argv, "0"][3]) / 1000))
