"""Twilio's own client over lines of one event loop: many requests in flight, failures told apart.

The library's own asynchronous HTTP client costs a third more per message (benchmarks/transport.py), passes over the
timeout it is given and waits for ever, and does not tell a line that never stood from one that was cut.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncGenerator, Mapping
from functools import lru_cache
from typing import Any

import aiohttp
import structlog
from django.conf import settings
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from messaging.channels.base import UNREACHABLE, Accepted, ChannelFailure, OutcomeUnknown, TransientFailure
from messaging.channels.twilio_answers import CUT, LATE, OVERSIZED, accepted
from messaging.channels.twilio_client import CONNECT_SECONDS, SILENT, ours, writing
from messaging.domain.delivery import Status

log = structlog.get_logger(__name__)

#: One message with its text takes a tenth of it. More is not the carrier's, and is not read.
LONGEST_ANSWER = 256 * 1024
#: Longer than a line is idle while there is work, shorter than anybody on the way cuts what is idle.
IDLE_SECONDS = 15

#: How each byte of a form is spelt. The library function that does the same takes three times as long, a tenth of
#: the processor time of a message.
_PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"
_SPELT = ["+" if byte == 0x20 else chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in range(256)]


class LoopClient(AsyncHttpClient):  # type: ignore[misc]
    """Twilio's HTTP client over the lines of whichever loop runs it."""

    def __init__(self, *, timeout: float) -> None:
        super().__init__(SILENT, True, timeout)  # noqa: FBT003  # the library's signature
        # Connecting always gives up first: then it is known that nothing was asked.
        connect = min(CONNECT_SECONDS, timeout / 2)
        self._timeouts = aiohttp.ClientTimeout(total=timeout, connect=connect)

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_: Any,
    ) -> Response:
        """One request, never more than once; raises ChannelFailure when no whole answer came back."""
        # Before the line is taken: what cannot be written has not been asked.
        body = form(data) if data else None
        session = _SESSIONS.get(asyncio.get_running_loop()) or await _open()
        sent = dict(headers or {})
        if auth is not None:
            sent["Authorization"] = _basic(auth)
        try:
            async with session.request(
                method, uri, params=params, data=body, headers=sent, timeout=self._timeouts, allow_redirects=False
            ) as answer:
                text = await _read(answer.content)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _network_failure(error) from error
        return Response(answer.status, text, answer.headers)


def dial_async() -> Client:
    """The same client as `dial`, for `create_async`."""
    return ours(LoopClient(timeout=settings.CARRIER_TIMEOUT_SECONDS))


async def create_async(
    client: Client, address: str, fields: Mapping[str, Any], statuses: Mapping[str, Status]
) -> Accepted:
    """The same as `create`, while the loop does other things."""
    with writing():
        response = await client.request_async("POST", address, data=fields)
    return accepted(response.status_code, response.headers, response.text, statuses)


def form(fields: Mapping[str, Any]) -> bytes:
    """`fields` as the body of a form; a list is a field for each of its values."""
    pairs = [
        f"{_spell(name)}={_spell(str(one))}"
        for name, value in fields.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    return "&".join(pairs).encode()


def _spell(value: str) -> str:
    return "".join([_SPELT[byte] for byte in value.encode()])


@lru_cache(maxsize=8)
def _basic(auth: tuple[str, str]) -> str:
    return "Basic " + base64.b64encode(":".join(auth).encode()).decode()


async def _read(content: aiohttp.StreamReader) -> str:
    read = bytearray()
    async for part in content.iter_any():
        read += part
        if len(read) > LONGEST_ANSWER:
            raise OutcomeUnknown(*OVERSIZED)
    return read.decode(errors="replace")


def _network_failure(error: Exception) -> ChannelFailure:
    """Nothing can have been taken when no connection was made; otherwise nobody knows."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        log.error("carrier_certificate_refused")
        return TransientFailure("certificate", "the carrier's certificate is not valid")
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return TransientFailure(UNREACHABLE, "the carrier did not answer")
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientSSLError):
        return TransientFailure(UNREACHABLE, "no connection to the carrier")
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        log.error("carrier_address_malformed")
        return TransientFailure("address", "TWILIO_API_BASE_URL is malformed")
    return OutcomeUnknown(*(LATE if isinstance(error, TimeoutError) else CUT))


#: The lines of each loop. They belong to the loop and outlive the clients that use them.
_SESSIONS: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}
_KEEPERS: dict[asyncio.AbstractEventLoop, AsyncGenerator[aiohttp.ClientSession, None]] = {}


async def _open() -> aiohttp.ClientSession:
    loop = asyncio.get_running_loop()
    _KEEPERS[loop] = keeper = _keep(loop)
    # Nothing is waited for up to the yield: no second caller comes in between.
    return await anext(keeper)


async def _keep(loop: asyncio.AbstractEventLoop) -> AsyncGenerator[aiohttp.ClientSession, None]:
    """A generator, because a loop that is shut down ends the generators that it still has."""
    # Without a limit of its own: how many are in flight is for the sender to say, and a queue in here would count
    # against the time for an answer. Neither proxies of the environment nor cookies are for us, nor compression.
    # Whom to trust is the same list as for a line of the other kind, whatever this machine was given.
    trusted = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_SECONDS, ssl=trusted),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("Accept-Encoding",),
        auto_decompress=False,
        trust_env=False,
    )
    _SESSIONS[loop] = session
    try:
        yield session
    finally:
        del _SESSIONS[loop], _KEEPERS[loop]
        await session.close()
