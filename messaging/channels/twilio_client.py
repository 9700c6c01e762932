"""Twilio's own client, as the channels use it: lines kept open, failures told apart. Alone knows its library."""

from __future__ import annotations

import contextlib
import logging
import queue
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

import requests
import structlog
from django.conf import settings
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError, ReadTimeoutError

from messaging.channels.base import (
    UNREACHABLE,
    Accepted,
    ChannelFailure,
    OutcomeUnknown,
    PermanentFailure,
    Report,
    TransientFailure,
)
from messaging.channels.twilio_answers import CUT, LATE, OVERSIZED, SID, accepted
from messaging.channels.twilio_refusals import refuse_useless_answer
from messaging.domain.delivery import Status

log = structlog.get_logger(__name__)

# The library's own logger writes numbers and texts: it is given one that is switched off.
SILENT = logging.getLogger("messaging.channels.twilio.library")
SILENT.disabled = True

#: What the library raises over an answer that is no JSON, or JSON of another shape.
UNREADABLE = (TwilioException, ValueError, TypeError, KeyError, AttributeError)
#: Seconds to wait for a connection; with the wait for an answer it must fit into an urgent row's lease.
CONNECT_SECONDS = 3.0
#: How many of the latest entries for one number are looked through for one that is in doubt.
LOOK_BACK = 200
#: More than a hundred entries of the log take. More is not the carrier's, and is not read.
LONGEST_ANSWER = 4 * 1024 * 1024


class KeepAliveClient(HttpClient):  # type: ignore[misc]
    """Twilio's HTTP client over lines that stay open, each used by one thread at a time.

    The library's own hands its answer over in an attribute: two threads that share one get each other's.
    """

    def __init__(self, *, timeout: float) -> None:
        super().__init__(SILENT, False, timeout)  # noqa: FBT003  # the library's signature
        self._idle: queue.LifoQueue[TwilioHttpClient] = queue.LifoQueue()

    def request(self, *args: Any, **kwargs: Any) -> Response:
        """One request; raises ChannelFailure where the answer itself is of no use to the library."""
        line = self._line()
        try:
            response = line.request(*args, **kwargs)
        except requests.RequestException as error:
            raise _network_failure(error) from error
        finally:
            self._idle.put(line)
        refuse_useless_answer(response.status_code, response.headers, response.text)
        return response

    def _line(self) -> TwilioHttpClient:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            pass
        line = TwilioHttpClient(logger=SILENT)
        # Apart, so that an address that swallows packets is noticed sooner than a slow answer.
        line.timeout = (min(CONNECT_SECONDS, self.timeout), self.timeout)
        # Proxies and .netrc of the environment are not for us, and looking for them costs a third of a send.
        line.session.trust_env = False
        line.session.mount("https://", _Line(pool_connections=1, pool_maxsize=1))
        line.session.mount("http://", _Line(pool_connections=1, pool_maxsize=1))
        return line


class _Oversized(requests.RequestException):
    """An answer longer than anything that the carrier writes."""


class _Line(HTTPAdapter):
    """One line, and an end to what is read from it."""

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        """The response, which refuses to go on for ever."""
        response = super().build_response(req, resp)
        response.iter_content = partial(_capped, response, response.iter_content)  # type: ignore[method-assign]
        return response


def _capped(
    response: requests.Response, read: Callable[..., Iterator[bytes]], *args: Any, **kwargs: Any
) -> Iterator[bytes]:
    size = 0
    for part in read(*args, **kwargs):
        size += len(part)
        if size > LONGEST_ANSWER:
            response.close()
            raise _Oversized
        yield part


def dial() -> Client:
    """Twilio's client over lines of ours."""
    return ours(KeepAliveClient(timeout=settings.CARRIER_TIMEOUT_SECONDS))


def ours(http: HttpClient) -> Client:
    """Twilio's client with our account and our address of its interface."""
    client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKENS[0], http_client=http)
    # Those of the environment would be spliced into the host of our base URL.
    client.region = client.edge = None
    if settings.TWILIO_API_BASE_URL:
        client.api.base_url = settings.TWILIO_API_BASE_URL.rstrip("/")
    return client


def create(client: Client, address: str, fields: Mapping[str, Any], statuses: Mapping[str, Status]) -> Accepted:
    """Create one thing at `address`. There is no idempotency key: a lost answer is OutcomeUnknown.

    Not through the library's own `create`: that makes an object of dates and links out of an answer of which we
    want two words, for a third of the processor time of a message.
    """
    with writing():
        response = client.request("POST", address, data=fields)
    return accepted(response.status_code, response.headers, response.text, statuses)


def address_of(client: Client, kind: str) -> str:
    """Where things of this kind (Messages, Calls) are created."""
    return str(client.api.v2010.absolute_url(f"Accounts/{client.account_sid}/{kind}.json"))


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Around a request that creates something: a text that no form can hold has not been asked for."""
    try:
        yield
    except UnicodeEncodeError as error:
        raise PermanentFailure("malformed", "the text holds what no letter is") from error


@contextlib.contextmanager
def looking() -> Iterator[None]:
    """Around a look into the carrier's log: whatever goes wrong, nothing is proven and it may be asked again."""
    try:
        yield
    except TransientFailure:
        raise
    except ChannelFailure as failure:
        raise TransientFailure(failure.code, "the carrier's log could not be read") from failure
    except TwilioRestException as error:
        raise TransientFailure(str(error.code or error.status)) from error
    except UNREADABLE as error:
        raise TransientFailure("unreadable") from error


def report(fetch: Callable[[], Any], provider_id: str) -> Report | None:
    """What `fetch` brings of one message or call; None where the carrier knows no such name."""
    if not SID.fullmatch(provider_id):
        return None
    with looking():
        try:
            entry = fetch()
        except TwilioRestException as error:
            if (error.status, error.code) == (404, 20404):
                return None
            raise
        if entry.sid != provider_id or not isinstance(entry.status, str):
            raise TransientFailure("unreadable")
        return Report(entry.status, str(getattr(entry, "error_code", None) or "")[:20])


def created_at(entry: Any) -> datetime:
    """When an entry of the log was made; long ago where it does not say."""
    created: datetime | None = entry.date_created
    return created if created is not None else datetime.min.replace(tzinfo=UTC)


def signed_by_carrier(url: str, form: Mapping[str, Any], signature: str, tokens: Iterable[str]) -> bool:
    """Whether `signature` is Twilio's over `url` and `form`, by any of our tokens (two while rotating)."""
    return any(RequestValidator(token).validate(url, form, signature) for token in tokens)


def _network_failure(error: requests.RequestException) -> ChannelFailure:
    """Nothing can have been taken when no connection was made; otherwise nobody knows."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return TransientFailure(UNREACHABLE, "the carrier did not answer")
    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError | NameResolutionError):
        return TransientFailure(UNREACHABLE, "no connection to the carrier")
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        log.error("carrier_certificate_refused")
        return TransientFailure("certificate", "the carrier's certificate is not valid")
    # Those that are a ValueError as well were raised over what we wanted to ask.
    if isinstance(error, ValueError):
        log.error("carrier_address_malformed")
        return TransientFailure("address", "TWILIO_API_BASE_URL is malformed")
    if isinstance(error, _Oversized):
        return OutcomeUnknown(*OVERSIZED)
    return OutcomeUnknown(*(LATE if _timed_out(error) else CUT))


def _timed_out(error: requests.RequestException) -> bool:
    # What comes too late within the answer is told as a broken line by the library.
    return isinstance(error, requests.Timeout) or any(isinstance(cause, ReadTimeoutError) for cause in error.args)
