"""A carrier that takes everything at once and writes down when: `python -m benchmarks.carrier PORT FILE`.

One line per message or call that it took: the second, the path, and the last part of its status callback,
which is our own name for the message. It sends no receipts.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TextIO
from urllib.parse import parse_qs

_ANSWER = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"


class Desk:
    """Takes and names."""

    def __init__(self, journal: TextIO) -> None:
        self._journal = journal
        self._taken = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept alive for as long as the client likes."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = next(
                    (
                        int(line.split(":")[1])
                        for line in head.split("\r\n")
                        if line.lower().startswith("content-length")
                    ),
                    0,
                )
                body = (await reader.readexactly(length)).decode() if length else ""
                writer.write(self._take(head.split(" ")[1], body).encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _take(self, path: str, body: str) -> str:
        at = time.time()
        form = parse_qs(body)
        name = form.get("StatusCallback", ["/none/"])[0].rstrip("/").rpartition("/")[2]
        self._taken += 1
        voice = path.endswith("Calls.json")
        self._journal.write(f"{at:.6f} {'call' if voice else 'text'} {name}\n")
        self._journal.flush()
        sid = f"{'CA' if voice else 'SM'}{self._taken:032x}"
        answer = json.dumps({"sid": sid, "status": "queued", "to": form.get("To", [""])[0]})
        return _ANSWER.format(length=len(answer.encode()), body=answer)


async def main(port: int, journal: Path) -> None:
    """Serve until stopped."""
    with journal.open("a") as file:
        server = await asyncio.start_server(Desk(file).serve, "127.0.0.1", port)
        print("carrier is open", flush=True)
        async with server:
            await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
