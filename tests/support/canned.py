"""A carrier that answers every request with the same bytes, however wrong, or with none."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Canned:
    """What is answered: raw bytes, silence, or a closed line; and what was asked."""

    answer: bytes = b""
    silent: bool = False
    requests: list[bytes] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def say(self, status: str, body: str, *headers: str) -> None:
        """Answer with an HTTP status line such as `500 Oops`, a body, and more headers."""
        raw = body.encode()
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(raw)}", "Connection: close", *headers]
        self.answer = "\r\n".join(lines).encode() + b"\r\n\r\n" + raw


@contextmanager
def canned_carrier() -> Iterator[Canned]:
    """A running one, on a port of its own."""
    canned = Canned()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            head = b""
            while (line := self.rfile.readline()) not in (b"\r\n", b""):
                head += line
            length = next(
                (
                    int(value)
                    for name, _, value in (h.partition(b":") for h in head.splitlines())
                    if name.lower() == b"content-length"
                ),
                0,
            )
            canned.requests.append(head + self.rfile.read(length))
            if canned.silent:
                canned.released.wait(20)
            elif canned.answer:
                self.wfile.write(canned.answer)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        canned.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield canned
        finally:
            canned.released.set()
            server.shutdown()
            thread.join()
