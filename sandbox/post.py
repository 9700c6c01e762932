"""Knows how carrier, mail host and mail program post to the product over HTTP, and how long they wait."""

from __future__ import annotations

import contextlib
import http.client
import ssl
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from sandbox.carrier import Answer
from sandbox.signing import HEADER, sign

CONNECT_SECONDS = 5
READ_SECONDS = 15
MOST_BYTES = 64 * 1024


def post(url: str, fields: Mapping[str, str]) -> Answer:
    """Post `fields` to `url` with the carrier's signature. Never raises: the fault is the answer."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
        HEADER: sign(url, fields),
    }
    return _safely(url, urlencode(fields).encode(), headers)


def bring(url: str, mail: bytes, *, token: str) -> Answer:
    """Bring a raw mail to `url`, as a mail host does that has been given a token."""
    return _safely(url, mail, {"Content-Type": "message/rfc822", "Authorization": f"Bearer {token}"})


def click(url: str) -> Answer:
    """The one click of a mail program (RFC 8058): no cookie, no form, nothing of the page."""
    return _safely(url, b"List-Unsubscribe=One-Click", {"Content-Type": "application/x-www-form-urlencoded"})


def _safely(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    try:
        return _post(url, body, headers)
    except (http.client.HTTPException, OSError, ValueError) as error:  # an address may be nonsense, too
        return Answer(0, fault=type(error).__name__)


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    with contextlib.closing(_connection(parts.scheme, parts.hostname or "", parts.port)) as connection:
        connection.connect()
        if connection.sock is not None:
            connection.sock.settimeout(READ_SECONDS)
        connection.request("POST", target, body=body, headers=dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.read(MOST_BYTES).decode("utf-8", errors="replace"))


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=CONNECT_SECONDS, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=CONNECT_SECONDS)
