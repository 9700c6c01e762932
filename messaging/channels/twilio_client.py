"""Twilio's own client, as the channels use it: lines kept open, failures told apart. Alone knows its library."""

from __future__ import annotations

import contextlib
import logging
import queue
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
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
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

from messaging.channels.base import (
    UNREACHABLE,
    Accepted,
    ChannelFailure,
    OutcomeUnknown,
    Report,
    TransientFailure,
)
from messaging.channels.twilio_refusals import refusal, refuse_useless_answer
from messaging.domain.delivery import Status

log = structlog.get_logger(__name__)

# The library's own logger writes numbers and texts: it is given one that is switched off.
_silent = logging.getLogger("messaging.channels.twilio.library")
_silent.disabled = True

#: What the library raises over an answer that is no JSON, or JSON of another shape.
UNREADABLE = (TwilioException, ValueError, TypeError, KeyError, AttributeError)
#: Seconds to wait for a connection; with the wait for an answer it must fit into an urgent row's lease.
CONNECT_SECONDS = 3.0
#: How many of the latest entries for one number are looked through for one that is in doubt.
LOOK_BACK = 200
#: What the carrier's names look like. Of any other the carrier is not asked: it becomes part of an address.
SID = re.compile(r"[A-Z]{2}[0-9A-Za-z]{1,62}")


class KeepAliveClient(HttpClient):  # type: ignore[misc]
    """Twilio's HTTP client over lines that stay open, each used by one thread at a time.

    The library's own hands its answer over in an attribute: two threads that share one get each other's.
    """

    def __init__(self, *, timeout: float) -> None:
        super().__init__(_silent, False, timeout)  # noqa: FBT003  # the library's signature
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
        line = TwilioHttpClient(logger=_silent)
        # Apart, so that an address that swallows packets is noticed sooner than a slow answer.
        line.timeout = (min(CONNECT_SECONDS, self.timeout), self.timeout)
        # Proxies and .netrc of the environment are not for us, and looking for them costs a third of a send.
        line.session.trust_env = False
        line.session.mount("https://", HTTPAdapter(pool_connections=1, pool_maxsize=1))
        return line


def dial() -> Client:
    """Twilio's client with our account, our lines and our address of its interface."""
    http = KeepAliveClient(timeout=settings.CARRIER_TIMEOUT_SECONDS)
    client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKENS[0], http_client=http)
    # Those of the environment would be spliced into the host of our base URL.
    client.region = client.edge = None
    if settings.TWILIO_API_BASE_URL:
        client.api.base_url = settings.TWILIO_API_BASE_URL.rstrip("/")
    return client


@contextlib.contextmanager
def creating() -> Iterator[None]:
    """Around a request that creates something. There is no idempotency key: a lost answer is OutcomeUnknown."""
    try:
        yield
    except TwilioRestException as error:
        raise refusal(error.code, error.status) from error
    except UNREADABLE as error:
        raise OutcomeUnknown("unreadable") from error


@contextlib.contextmanager
def looking() -> Iterator[None]:
    """Around a look into the carrier's log: whatever goes wrong, nothing is proven and it may be asked again."""
    try:
        yield
    except ChannelFailure as failure:
        raise TransientFailure(failure.code, failure.words) from failure
    except TwilioRestException as error:
        raise TransientFailure(str(error.code or error.status)) from error
    except UNREADABLE as error:
        raise TransientFailure("unreadable") from error


def taken(created: Any, statuses: Mapping[str, Status]) -> Accepted:
    """What was created, by its name and our word for its status."""
    if not created.sid or not isinstance(created.sid, str):
        raise OutcomeUnknown("unreadable")
    return Accepted(created.sid, status_of(created.status, statuses))


def status_of(word: object, statuses: Mapping[str, Status]) -> Status:
    """Our word for the carrier's, of something that it has just taken or keeps in its log."""
    status = statuses.get(str(word))
    if status is None:
        log.error("unknown_status_word", word=str(word)[:50])
    # A message that failed at once is reported by its receipt too, with the code: until then it is accepted.
    return Status.ACCEPTED if status in (None, Status.FAILED, Status.UNDELIVERED) else status


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
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        log.error("carrier_address_malformed")
        return TransientFailure("address", "TWILIO_API_BASE_URL is malformed")
    return OutcomeUnknown(type(error).__name__[:20])
