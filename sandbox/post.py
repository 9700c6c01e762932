"""Knows how the carrier posts a signed form to the product over HTTP, and how long it waits."""

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
    try:
        return _post(url, fields)
    except (http.client.HTTPException, OSError, ValueError) as error:  # an address may be nonsense, too
        return Answer(0, fault=type(error).__name__)


def _post(url: str, fields: Mapping[str, str]) -> Answer:
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
        HEADER: sign(url, fields),
    }
    with contextlib.closing(_connection(parts.scheme, parts.hostname or "", parts.port)) as connection:
        connection.connect()
        if connection.sock is not None:
            connection.sock.settimeout(READ_SECONDS)
        connection.request("POST", target, body=urlencode(fields), headers=headers)
        response = connection.getresponse()
        return Answer(response.status, response.read(MOST_BYTES).decode("utf-8", errors="replace"))


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=CONNECT_SECONDS, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=CONNECT_SECONDS)
