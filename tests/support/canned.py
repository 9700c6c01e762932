"""A carrier that answers every request with the same bytes, however wrong, or with none."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Canned:
    """What is answered: raw bytes, silence, or a closed line; and what was asked."""

    answer: bytes = b""
    #: What the coming requests are answered before `answer` is again; no bytes cut the line.
    script: list[bytes] = field(default_factory=list)
    silent: bool = False
    #: Whether a line stays open for another request.
    keeps_open: bool = False
    requests: list[bytes] = field(default_factory=list)
    lines: list[socket.socket] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    #: Set whenever a line has been closed from this end.
    closed: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def say(self, status: str, body: str, *headers: str) -> None:
        """Answer with an HTTP status line such as `500 Oops`, a body, and more headers."""
        self.answer = worded(status, body, *headers, "Connection: close")

    def hang_up(self) -> None:
        """Cut every line, now."""
        for line in self.lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


def worded(status: str, body: str, *headers: str) -> bytes:
    """An answer as it goes over the line."""
    raw = body.encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(raw)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + raw


class Server(socketserver.ThreadingTCPServer):
    """Listens, with a thread for each line."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, canned: Canned) -> None:
        self.canned = canned
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(socketserver.StreamRequestHandler):
    """One line."""

    server: Server

    def setup(self) -> None:
        """It stands."""
        self.server.canned.lines.append(self.request)
        super().setup()

    def handle(self) -> None:
        """What is asked is answered, once or for as long as the line stays open."""
        while self._asked() and self._answered() and self.server.canned.keeps_open:
            pass

    def _asked(self) -> bool:
        head = b""
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            head += line
        lengths = [line.partition(b":")[2] for line in head.lower().splitlines() if line.startswith(b"content-len")]
        if head:
            self.server.canned.requests.append(head + self.rfile.read(int(lengths[0]) if lengths else 0))
        return bool(head)

    def _answered(self) -> bool:
        canned = self.server.canned
        if canned.silent:
            canned.released.wait(20)
            return False
        answer = canned.script.pop(0) if canned.script else canned.answer
        self.wfile.write(answer)
        return bool(answer)

    def finish(self) -> None:
        """It is closed."""
        super().finish()
        self.connection.close()
        self.server.canned.closed.set()


@contextmanager
def canned_carrier() -> Iterator[Canned]:
    """A running one, on a port of its own."""
    canned = Canned()
    with Server(canned) as server:
        canned.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield canned
        finally:
            canned.released.set()
            server.shutdown()
            thread.join()
