"""Reads what Twilio answers to a request that creates something: a name, a no, or nothing that anybody can use."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import structlog

from messaging.channels.base import Accepted, ChannelFailure, OutcomeUnknown, PermanentFailure
from messaging.channels.twilio_refusals import refusal, refuse_useless_answer
from messaging.domain.delivery import Status

log = structlog.get_logger(__name__)

#: What the carrier's names look like. One that looks otherwise becomes no part of an address of its interface.
SID = re.compile(r"[A-Z]{2}[0-9A-Za-z]{1,62}")
#: Codes and words for an answer that was lost.
LATE = ("timeout", "the carrier did not answer in time: nobody knows whether it was taken")
CUT = ("cut", "the line was cut before the carrier had answered: nobody knows whether it was taken")
UNREADABLE = ("unreadable", "the carrier's answer could not be read: nobody knows whether it was taken")
OVERSIZED = ("oversized", "the carrier's answer was far too long: nobody knows whether it was taken")


def accepted(status: int, headers: Mapping[str, str] | None, text: str, statuses: Mapping[str, Status]) -> Accepted:
    """The name that the carrier gave to what it took; raises a ChannelFailure where it gave none."""
    refuse_useless_answer(status, headers, text)
    answer = json_object(text)
    if status >= 300:
        raise refusal((answer or {}).get("code"), status)
    if answer is None:
        raise OutcomeUnknown(*UNREADABLE)
    sid, word = answer.get("sid"), answer.get("status")
    if not isinstance(sid, str) or not SID.fullmatch(sid):
        raise _nameless(answer)
    if statuses.get(str(word)) in (Status.FAILED, Status.UNDELIVERED):
        failure = _stillborn(answer.get("error_code"))
        if isinstance(failure, PermanentFailure):
            raise failure
        # It may be worth another try. Its receipt says so under this name, and what comes late is then told apart.
    return Accepted(sid, status_of(word, statuses))


def json_object(text: str) -> dict[str, Any] | None:
    """The JSON object that `text` is; None when it is anything else, however wrong."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def status_of(word: object, statuses: Mapping[str, Status]) -> Status:
    """Our word for the carrier's, of something that it has just taken or keeps in its log."""
    status = statuses.get(str(word))
    if status is None:
        log.error("unknown_status_word", word=str(word)[:50])
    # One that is found in the log as failed is reported by its receipt too, with the code: until then it is accepted.
    return Status.ACCEPTED if status in (None, Status.FAILED, Status.UNDELIVERED) else status


def _nameless(answer: Mapping[str, Any]) -> ChannelFailure:
    """A yes without a name. A no that only bears the number of a yes is still a no."""
    code, inner = answer.get("code"), answer.get("status")
    if isinstance(code, int) and isinstance(inner, int) and 400 <= inner < 500 and inner != 408:
        log.error("refusal_dressed_as_success", status=inner)
        return refusal(code, inner)
    if code is not None:
        return OutcomeUnknown("error-inside", "the carrier's answer was an error and a success at once")
    return OutcomeUnknown(*UNREADABLE)


def _stillborn(code: object) -> ChannelFailure:
    """It has a name, and has ended already."""
    if code is None:
        return PermanentFailure("failed", "the carrier gave it up at once and did not say why")
    return refusal(code, 400)
