"""A client with nothing behind it, no database and no queue: `python -m benchmarks.bare URL COUNT ACCOUNT TOKEN`.

One process, one event loop, aiohttp with a hundred connections: the requests that Twilio's create needs, and its
answers read. It prints its seconds. What also keeps books can hardly be quicker, and is held to this.
"""

from __future__ import annotations

import asyncio
import sys
import time
import uuid

import aiohttp

IN_FLIGHT = 100
TEXT = "Bayside: your infusion is tomorrow at 9:30 AM. Call 202-555-0123 to move it."


async def main(base: str, count: int, account: str, token: str) -> float:
    """Send `count` texts, each with a name of its own; the seconds that it took."""
    url = f"{base}/2010-04-01/Accounts/{account}/Messages.json"
    forms = iter([_form(number) for number in range(count)])

    async def hand(session: aiohttp.ClientSession) -> None:
        for form in forms:
            async with session.post(url, data=form) as answer:
                taken = await answer.json()
                if answer.status != 201 or not taken["sid"]:
                    raise RuntimeError(f"answered {answer.status}")

    lines = aiohttp.TCPConnector(limit=IN_FLIGHT)
    headers = {"Authorization": aiohttp.encode_basic_auth(account, token)}
    async with aiohttp.ClientSession(connector=lines, headers=headers) as session:
        began = time.perf_counter()
        await asyncio.gather(*(hand(session) for _ in range(IN_FLIGHT)))
        return time.perf_counter() - began


def _form(number: int) -> dict[str, str]:
    return {
        "To": f"+1303{number:07}",
        "From": "+12025550100",
        "Body": TEXT,
        "StatusCallback": f"https://clinic.example/webhooks/twilio/status/{uuid.uuid4()}/",
        "ValidityPeriod": "21600",
    }


if __name__ == "__main__":
    print(asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])))
