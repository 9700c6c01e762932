"""SMS through Twilio's official client. The only module that knows its library and its answers."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import structlog
from django.conf import settings
from twilio.base.exceptions import TwilioException, TwilioRestException
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
    Outgoing,
    PermanentFailure,
    TransientFailure,
)
from messaging.channels.twilio_codes import CODES, LOUD, STATUSES, Code, Reaction
from messaging.domain.delivery import Status
from messaging.metrics import PROVIDER_CODES

log = structlog.get_logger(__name__)

# The library's own logger writes numbers and texts: it is given one that is switched off.
_silent = logging.getLogger("messaging.channels.twilio.library")
_silent.disabled = True

#: What the library raises over an answer that is no JSON, or JSON of another shape.
UNREADABLE = (TwilioException, ValueError, TypeError, KeyError, AttributeError)
#: How many of the latest messages to one number are looked through for one that is in doubt.
LOOK_BACK = 200
#: Seconds for which the carrier keeps a message that it cannot deliver; more it does not accept.
LONGEST_VALIDITY = 36_000


class KeepAliveClient(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's own HTTP client with one session per process, which tells the kinds of failure apart."""

    def __init__(self, *, timeout: float) -> None:
        super().__init__(timeout=timeout, logger=_silent)
        # Proxies and .netrc of the environment are not for us, and looking for them costs a third of a send.
        self.session.trust_env = False

    def request(self, *args: Any, **kwargs: Any) -> Response:
        """One request; raises ChannelFailure where the answer itself is of no use to the library."""
        try:
            response = super().request(*args, **kwargs)
        except requests.RequestException as error:
            raise _network_failure(error) from error
        _refuse_useless_answer(response)
        return response


class TwilioSms:
    """The SMS channel: create, and look up in the carrier's log what is in doubt."""

    keeps_log = True

    def __init__(self) -> None:
        http = KeepAliveClient(timeout=settings.CARRIER_TIMEOUT_SECONDS)
        self._client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKENS[0], http_client=http)
        # Those of the environment would be spliced into the host of our base URL.
        self._client.region = self._client.edge = None
        if settings.TWILIO_API_BASE_URL:
            self._client.api.base_url = settings.TWILIO_API_BASE_URL.rstrip("/")

    def send(self, outgoing: Outgoing) -> Accepted:
        """Create one message at Twilio. There is no idempotency key: a lost answer is OutcomeUnknown."""
        try:
            created = self._client.messages.create(
                to=outgoing.address,
                body=outgoing.body,
                status_callback=outgoing.callback_url,
                validity_period=_validity(outgoing.valid_for),
                **_sender(outgoing.sender),
            )
        except TwilioRestException as error:
            raise _refusal(error.code, error.status) from error
        except UNREADABLE as error:
            raise OutcomeUnknown("unreadable") from error
        if not created.sid or not isinstance(created.sid, str):
            raise OutcomeUnknown("unreadable")
        return Accepted(created.sid, _status(created.status))

    def find(self, outgoing: Outgoing, *, since: datetime) -> Sequence[Accepted]:
        """Messages to the same number with the same words in Twilio's log, oldest first."""
        # Not filtered by date: a message that still waits at the carrier has no date sent.
        try:
            listed = self._client.messages.list(to=outgoing.address, limit=LOOK_BACK, page_size=100)
            return [
                Accepted(entry.sid, _status(entry.status))
                for entry in sorted(listed, key=_created_at)
                if _created_at(entry) >= since and _same_words(entry.body, outgoing.body)
            ]
        except ChannelFailure as failure:
            raise TransientFailure(failure.code, failure.words) from failure
        except TwilioRestException as error:
            raise TransientFailure(str(error.code or error.status)) from error
        except UNREADABLE as error:
            raise TransientFailure("unreadable") from error


def signed_by_carrier(url: str, form: Mapping[str, Any], signature: str, tokens: Iterable[str]) -> bool:
    """Whether `signature` is Twilio's over `url` and `form`, by any of our tokens (two while rotating)."""
    return any(RequestValidator(token).validate(url, form, signature) for token in tokens)


def _sender(sender: str) -> dict[str, str]:
    return {"messaging_service_sid": sender} if sender.startswith("MG") else {"from_": sender}


def _validity(valid_for: timedelta | None) -> int:
    seconds = LONGEST_VALIDITY if valid_for is None else int(valid_for.total_seconds())
    return max(1, min(seconds, LONGEST_VALIDITY))


def _status(word: object) -> Status:
    status = STATUSES.get(str(word))
    if status is None:
        log.error("unknown_status_word", word=str(word)[:50])
    # A message that failed at once is reported by its receipt too, with the code: until then it is accepted.
    return Status.ACCEPTED if status in (None, Status.FAILED, Status.UNDELIVERED) else status


def _created_at(entry: Any) -> datetime:
    created: datetime | None = entry.date_created
    return created if created is not None else datetime.min.replace(tzinfo=UTC)


def _same_words(theirs: str | None, ours: str) -> bool:
    return " ".join((theirs or "").split()) == " ".join(ours.split())


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


def _refuse_useless_answer(response: Response) -> None:
    status = response.status_code
    if status == 429:
        PROVIDER_CODES.labels(code="20429", known="yes").inc()
        wait = _seconds(response.headers.get("Retry-After"))
        raise TransientFailure("20429", CODES[20429].words, retry_after=wait)
    if status >= 500 or status == 408:
        raise OutcomeUnknown(f"http-{status}")
    if 300 <= status < 500 and not _is_json_object(response.text):
        # Something between us and the carrier has answered in its place: that says nothing of the message.
        log.error("stranger_answered_for_the_carrier", status=status)
        PROVIDER_CODES.labels(code=f"http-{status}", known="no").inc()
        raise TransientFailure(f"http-{status}", f"no answer of the carrier's own (HTTP {status})", retry_after=60)


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _refusal(code: object, status: int) -> ChannelFailure:
    """Twilio said no: what that calls for, by its code, or by the kind of answer when the code is new."""
    number = int(str(code)) if str(code).isascii() and str(code).isdecimal() and len(str(code)) < 10 else None
    known = CODES.get(number or 0)
    name = str(number) if number else f"http-{status}"
    PROVIDER_CODES.labels(code=name, known="yes" if known else "no").inc()
    reaction = known or _by_http_status(status)
    if known is None:
        log.error("unknown_provider_code", code=name, status=status, reaction=reaction.reaction.value)
    elif known.reaction in LOUD:
        log.error("operator_needed", code=name, words=known.words)
    if reaction.reaction in (Reaction.TRANSIENT, Reaction.HOLD):
        return TransientFailure(name, reaction.words, retry_after=reaction.wait or None)
    return PermanentFailure(name, reaction.words, opted_out=reaction.reaction is Reaction.OPT_OUT)


def _by_http_status(status: int) -> Code:
    if status in (401, 403, 404, 405) or 300 <= status < 400:
        return Code(f"the carrier let nobody in (HTTP {status})", Reaction.HOLD, 60)
    return Code(f"the carrier refused it for a reason unknown to us (HTTP {status})", Reaction.BUG)


def _seconds(header: str | None) -> float | None:
    # The header may also hold a date; then our own back-off is used. An hour is the most we believe.
    return min(float(header), 3600.0) if header and header.isdecimal() else None
