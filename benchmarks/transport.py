"""What one message costs between us and the carrier: our lines, the library's own asynchronous client, plain aiohttp.

No database and no queue. All three in one process, in turns, with a hundred requests in flight against a carrier that
answers at once: the clock tells what they could send, the processor's time what they leave for the rest.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import tempfile
import time
import uuid
import warnings
from collections import defaultdict
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
from django.conf import settings
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from benchmarks.bare import IN_FLIGHT, TEXT
from benchmarks.books import carrier
from benchmarks.figures import Figure, Findings, say
from messaging.channels.base import Outgoing
from messaging.channels.twilio import TwilioSms
from messaging.domain.delivery import Channel

FULL, TINY = 10_000, 120
#: Microseconds of processor time that a message may cost.
BAR = 200
SENDER = "+12025550100"

#: Sends what it is given: a number and the address of the carrier's receipts.
Hand = Callable[[str, str], Awaitable[object]]


def run(*, rounds: int = 3, count: int = FULL) -> Findings:
    """Each contender in turns, `rounds` times."""
    spent: dict[str, list[float]] = defaultdict(list)
    rates: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name, carrier(Path(name)) as books:
        for number in range(1, rounds + 1):
            say(f"transport: round {number} of {rounds}")
            for who, contender in CONTENDERS.items():
                books.start_anew()
                # The carrier's library uses what its own library will soon do without.
                with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
                    seconds, processor = asyncio.run(contender(books.url, count))
                if books.settled() != len(books.count) or len(books.count) != count + IN_FLIGHT:
                    raise RuntimeError(f"{who}: sent {count + IN_FLIGHT}, the carrier took {books.count.total()}")
                rates[who].append(count / seconds)
                spent[who].append(processor / count * 1_000_000)
    return Findings(_figures(spent, rates))


async def _deliver(_base: str, count: int) -> tuple[float, float]:
    member = TwilioSms()

    async def hand(to: str, callback: str) -> object:
        message = Outgoing(
            uuid=uuid.uuid4(), channel=Channel.SMS, address=to, sender=SENDER, body=TEXT, callback_url=callback
        )
        return await member.deliver(message)

    return await _drive(hand, count)


async def _library(base: str, count: int) -> tuple[float, float]:
    silent = logging.getLogger("benchmarks.transport.library")
    silent.disabled = True
    http = AsyncTwilioHttpClient(timeout=10, logger=silent)
    client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKENS[0], http_client=http)
    client.api.base_url = base

    async def hand(to: str, callback: str) -> object:
        return await client.messages.create_async(
            to=to, from_=SENDER, body=TEXT, validity_period=36_000, status_callback=callback
        )

    async with http:
        return await _drive(hand, count)


async def _plain(base: str, count: int) -> tuple[float, float]:
    url = f"{base}/2010-04-01/Accounts/{settings.TWILIO_ACCOUNT_SID}/Messages.json"
    headers = {"Authorization": aiohttp.encode_basic_auth(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKENS[0])}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT), headers=headers) as session:

        async def hand(to: str, callback: str) -> object:
            form = {"To": to, "From": SENDER, "Body": TEXT, "ValidityPeriod": "36000", "StatusCallback": callback}
            async with session.post(url, data=form) as answer:
                return (await answer.json())["sid"]

        return await _drive(hand, count)


async def _drive(hand: Hand, count: int) -> tuple[float, float]:
    """Seconds by the clock and of the processor for `count` messages, once the lines stand."""
    base = f"https://clinic.example/webhooks/twilio/status/{uuid.uuid4()}-"

    async def all_of(numbers: range) -> None:
        left = iter(numbers)

        async def one() -> None:
            for number in left:
                await hand(f"+1303{number:07}", f"{base}{number}/")

        await asyncio.gather(*(one() for _ in range(IN_FLIGHT)))

    await all_of(range(count, count + IN_FLIGHT))
    gc.collect()
    began, worked = time.perf_counter(), time.process_time()
    await all_of(range(count))
    return time.perf_counter() - began, time.process_time() - worked


OURS, LIBRARY, PLAIN = "the event loop of Bonewatch", "the carrier's library, asynchronous", "aiohttp and nothing else"
CONTENDERS = {OURS: _deliver, LIBRARY: _library, PLAIN: _plain}


def _figures(spent: dict[str, list[float]], rates: dict[str, list[float]]) -> list[Figure]:
    found = []
    for who in CONTENDERS:
        bar = BAR if who == OURS else None
        found.append(Figure(f"processor time of a message in {who}", spent[who], " µs", at_most=bar))
        found.append(Figure(f"with {IN_FLIGHT} in flight, {who}", rates[who], " messages/s"))
    shares = [mine / theirs for mine, theirs in zip(spent[OURS], spent[LIBRARY], strict=True)]
    found.append(Figure("processor time as a multiple of the library's", shares, "×", digits=2, at_most=1.0))
    return found
