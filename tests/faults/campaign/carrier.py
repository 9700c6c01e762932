"""The campaign's carrier: Twilio's paths, quick and unkind. `python -m tests.faults.campaign.carrier PORT FOLDER`.

What it took is its truth: kept in memory, and one line each in `FOLDER/journal`. Between taking a message and
answering it may kill whoever asked: no worker can be made to die there from inside.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, TextIO

from aiohttp import web

from tests.faults.campaign import clock, moods
from tests.faults.campaign.board import Board
from tests.faults.campaign.moods import Mood
from tests.faults.campaign.points import ASKER, kind
from tests.faults.campaign.receipts import Receipts

LATENCY = 0.02
_PAGE = "<!doctype html><title>Service</title><p>Please try again later."


@dataclass(slots=True)
class Taken:
    """One message that left."""

    sid: str
    name: str
    to: str
    sender: str
    body: str
    at: float
    visible_at: float
    status: str = "queued"

    def to_json(self) -> dict[str, Any]:
        """As Twilio shows it."""
        made = format_datetime(datetime.fromtimestamp(self.at, UTC))
        shown = {"sid": self.sid, "status": self.status, "to": self.to, "from": self.sender, "body": self.body}
        dates = {"date_created": made, "date_updated": made, "date_sent": None}
        account = {"account_sid": "AC" + "0" * 32, "direction": "outbound-api", "num_segments": "1"}
        return shown | dates | account | {"error_code": None, "error_message": None}


class Carrier:
    """What was taken, in which weather, and the answers."""

    def __init__(self, seed: int, journal: TextIO, board: Board, patience: float) -> None:
        self.seed, self.board, self.patience = seed, board, patience
        self.weather: Mapping[str, float] = moods.MILD
        self.receipts = Receipts()
        self.met: Counter[str] = Counter()
        self._journal = journal
        self._asked: Counter[str] = Counter()
        self._by_sid: dict[str, Taken] = {}
        self._by_number: defaultdict[str, list[Taken]] = defaultdict(list)

    async def create(self, request: web.Request) -> web.StreamResponse:
        """One request to send a text or to place a call."""
        form = {key: str(value) for key, value in (await request.post()).items()}
        name = form.get("StatusCallback", "/none/").rstrip("/").rpartition("/")[2]
        self._asked[name] += 1
        mood = moods.mood_of(self.seed, name, self._asked[name], self.weather)
        self.met[mood] += 1
        what = kind("POST", request.path)
        self._perhaps_kill(request, f"{what}: arrived, not taken")
        await asyncio.sleep(self._wait_before(mood))
        if mood in _REFUSALS:
            return _refusal(request, mood)
        taken = self._take(form, name, voice=what.endswith("calls"))
        self._perhaps_kill(request, f"{what}: taken, not answered")
        await self._tell(form, taken)
        return await self._answer(request, taken, mood)

    async def search(self, request: web.Request) -> web.StreamResponse:
        """The log: what went to one number, the latest first, as far as the log shows it by now."""
        self.met["log searched"] += 1
        await asyncio.sleep(LATENCY / 4)
        sender, now = request.query.get("From"), clock.seconds()
        found = [
            taken.to_json()
            for taken in reversed(self._by_number[request.query.get("To", "")])
            if taken.visible_at <= now and taken.sender in (sender or taken.sender, "")
            if taken.sid.startswith("CA") == ("/Calls" in request.path)
        ]
        key = "calls" if "/Calls" in request.path else "messages"
        return web.json_response({key: found, "page": 0, "page_size": 100, "next_page_uri": None, "uri": request.path})

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        """One message by its name."""
        self.met["asked after one"] += 1
        taken = self._by_sid.get(request.match_info["sid"].removesuffix(".json"))
        if taken is None:
            return web.json_response({"code": 20404, "message": "not found", "status": 404}, status=404)
        return web.json_response(taken.to_json())

    async def control(self, request: web.Request) -> web.StreamResponse:
        """The campaign changes the weather, and asks how it was."""
        wanted = await request.json()
        if "weather" in wanted:
            self.weather = wanted["weather"]
        self.receipts.muted = bool(wanted.get("muted", self.receipts.muted))
        return web.json_response({"met": self.met, "receipts": self.receipts.met, "owed": self.receipts.owed})

    def _wait_before(self, mood: Mood) -> float:
        return self.patience * 1.3 if mood is Mood.LATE else LATENCY

    def _take(self, form: Mapping[str, str], name: str, *, voice: bool) -> Taken:
        sid = f"{'CA' if voice else 'SM'}{len(self._by_sid) + 1:032x}"
        at = clock.seconds()
        sender = form.get("From") or form.get("MessagingServiceSid", "")
        seen = at + moods.lag_of(self.seed, sid)
        taken = Taken(sid, name, form.get("To", ""), sender, form.get("Body", ""), at, seen)
        self._by_sid[sid] = taken
        self._by_number[taken.to].append(taken)
        self._journal.write(f"{clock.time.time():.3f} {sid} {name} {taken.to}\n")
        self._journal.flush()
        return taken

    async def _tell(self, form: Mapping[str, str], taken: Taken) -> None:
        """Receipts, as their fate will have it; the status in the log follows."""
        end = "completed" if taken.sid.startswith("CA") else "delivered"
        taken.status = end
        fate = moods.callbacks_of(self.seed, taken.name)
        self.receipts.met[fate] += 1
        await self.receipts.bring(form.get("StatusCallback", ""), taken.sid, end, fate)

    async def _answer(self, request: web.Request, taken: Taken, mood: Mood) -> web.StreamResponse:
        answer = json.dumps(taken.to_json() | {"status": "queued"})
        if mood is Mood.DROP_TAKEN:
            return _hang_up(request)
        if mood is Mood.SLOW_TAKEN:
            await asyncio.sleep(self.patience * 1.3)
        if mood is Mood.TRUNCATED:
            cut = web.StreamResponse(status=201, headers={"Content-Length": str(len(answer)), **_JSON})
            await cut.prepare(request)
            await cut.write(answer[:60].encode())
            return _hang_up(request)
        if mood is Mood.DOWN_TAKEN:
            return web.Response(status=503, text=_PAGE, content_type="text/html")
        if mood is Mood.HTML:
            return web.Response(status=200, text=_PAGE, content_type="text/html")
        if mood is Mood.NOT_JSON:
            return web.Response(status=201, text="OK", content_type="text/plain")
        return web.Response(status=201, text=answer, content_type="application/json")

    def _perhaps_kill(self, request: web.Request, point: str) -> None:
        asker = request.headers.get(ASKER, "")
        if asker and self.board.reached(f"carrier: {point}"):
            os.kill(int(asker), signal.SIGKILL)


_JSON = {"Content-Type": "application/json"}
_REFUSALS = {Mood.BUSY, Mood.BUSY_WAIT, Mood.DOWN, Mood.DROP, Mood.STRANGER, Mood.ERROR_INSIDE}


def _refusal(request: web.Request, mood: Mood) -> web.StreamResponse:
    busy = {"code": 20429, "message": "Too Many Requests", "status": 429}
    match mood:
        case Mood.BUSY:
            return web.json_response(busy, status=429)
        case Mood.BUSY_WAIT:
            return web.json_response(busy, status=429, headers={"Retry-After": "2"})
        case Mood.DOWN:
            return web.Response(status=503, text=_PAGE, content_type="text/html")
        case Mood.STRANGER:
            return web.Response(status=403, text=_PAGE, content_type="text/html")
        case Mood.ERROR_INSIDE:
            return web.json_response(busy, status=200)
    return _hang_up(request)


def _hang_up(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def application(carrier: Carrier) -> web.Application:
    """Twilio's paths, and the campaign's own."""
    app = web.Application()
    account = "/2010-04-01/Accounts/{account}"
    for what in ("Messages", "Calls"):
        app.router.add_post(f"{account}/{what}.json", carrier.create)
        app.router.add_get(f"{account}/{what}.json", carrier.search)
        app.router.add_get(f"{account}/{what}/{{sid}}", carrier.fetch)
    app.router.add_post("/campaign", carrier.control)

    async def bringing(_: web.Application) -> Any:
        async with carrier.receipts.at_work():
            yield

    app.cleanup_ctx.append(bringing)
    return app


def main(port: int, folder: Path) -> None:
    """Serve until stopped."""
    board = Board(folder / "board")
    with (folder / "journal").open("a") as journal:
        carrier = Carrier(int(os.environ["CAMPAIGN_SEED"]), journal, board, float(os.environ["CAMPAIGN_PATIENCE"]))
        # A worker that takes the place of a dead one opens a hundred lines at once.
        web.run_app(application(carrier), host="127.0.0.1", port=port, print=None, access_log=None, backlog=1024)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
