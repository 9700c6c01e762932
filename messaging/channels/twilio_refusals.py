"""What an answer of Twilio's that is not a yes means for us: a failure of the channel, by its code or by its kind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import structlog

from messaging import codes
from messaging.channels.base import ChannelFailure, OutcomeUnknown, TransientFailure
from messaging.domain.reactions import Code, Reaction
from messaging.metrics import PROVIDER_CODES

log = structlog.get_logger(__name__)

#: The longest that a Retry-After is believed.
LONGEST_WAIT = 3600.0


def refuse_useless_answer(status: int, headers: Mapping[str, str] | None, text: str) -> None:
    """Raise the failure that an answer is by its status alone, before anybody reads what it says."""
    if status == 429:
        known = codes.lookup("20429")
        codes.seen("20429", known=known)
        words = known.words if known else "too many requests at once"
        raise TransientFailure("20429", words, retry_after=_seconds(headers or {}))
    if status >= 500 or status == 408:
        words = f"the carrier had a fault of its own (HTTP {status}): nobody knows whether it was taken"
        raise OutcomeUnknown(f"http-{status}", words)
    if 300 <= status < 500 and not _is_json_object(text):
        # Something between us and the carrier has answered in its place: that says nothing of the message.
        log.error("stranger_answered_for_the_carrier", status=status)
        PROVIDER_CODES.labels(code=f"http-{status}", known="no").inc()
        raise TransientFailure(f"http-{status}", f"no answer of the carrier's own (HTTP {status})", retry_after=60)


def refusal(code: object, status: int) -> ChannelFailure:
    """Twilio said no: what that calls for, by its code, or by the kind of answer when the code is new."""
    name = _name(code) or f"http-{status}"
    known = codes.lookup(name)
    codes.seen(name, known=known)
    return codes.failure(name, known or _by_http_status(status))


def _name(code: object) -> str:
    text = str(code)
    return str(int(text)) if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) else ""


def _by_http_status(status: int) -> Code:
    if status in (401, 403, 404, 405) or 300 <= status < 400:
        return Code(f"the carrier let nobody in (HTTP {status})", Reaction.HOLD, 60, account=True)
    return Code(f"the carrier refused it for a reason unknown to us (HTTP {status})", Reaction.OPERATOR)


def _is_json_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _seconds(headers: Mapping[str, str]) -> float | None:
    """For how long a Retry-After asks us to wait: it says so in seconds, or names a moment by the carrier's clock."""
    asked = headers.get("Retry-After", "")
    if asked.isdecimal():
        return min(float(asked), LONGEST_WAIT)
    try:
        wait = (parsedate_to_datetime(asked) - parsedate_to_datetime(headers.get("Date", ""))).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(wait, 0.0), LONGEST_WAIT)
