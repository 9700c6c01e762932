"""Calls through Twilio: the carrier rings, then fetches from us what to say and which key to wait for.

A call that was picked up proves nothing: voicemail picks up too. Only a pressed key acknowledges, and that is
read where the carrier fetches and posts, not here; the carrier is not asked to tell people from machines.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from messaging.channels.base import Accepted, Outgoing, PermanentFailure, Report
from messaging.channels.twilio_answers import status_of
from messaging.channels.twilio_client import LOOK_BACK, address_of, create, created_at, dial, looking, report
from messaging.channels.twilio_client_async import create_async, dial_async
from messaging.channels.twilio_codes import CALL_STATUSES
from messaging.domain.address import is_phone

log = structlog.get_logger(__name__)

#: Long enough to find the phone in the dark, short enough that most voicemail has not picked up.
RING_SECONDS = 25
EVENTS = ["initiated", "ringing", "answered", "completed"]


class TwilioVoice:
    """The voice channel."""

    keeps_log = True

    def __init__(self) -> None:
        self._client, self._loop_client = dial(), dial_async()
        self._address = address_of(self._client, "Calls")

    def send(self, outgoing: Outgoing) -> Accepted:
        """Have the carrier call one number."""
        return create(self._client, self._address, _fields(outgoing), CALL_STATUSES)

    async def deliver(self, outgoing: Outgoing) -> Accepted:
        """The same, many at once."""
        return await create_async(self._loop_client, self._address, _fields(outgoing), CALL_STATUSES)

    def find(self, outgoing: Outgoing, *, since: datetime) -> Sequence[Accepted]:
        """Calls from the same number of ours to the same number in Twilio's log, oldest first.

        What a call said is not in the log: whose it is, is told by which of them has no message yet, and where
        that leaves more than one, by nothing (messaging/reconcile.py).
        """
        # Not filtered by date: a call that still waits at the carrier has no start time.
        with looking():
            listed = self._client.calls.list(to=outgoing.address, from_=outgoing.sender, limit=LOOK_BACK, page_size=100)
            return [
                Accepted(entry.sid, status_of(entry.status, CALL_STATUSES))
                for entry in sorted(listed, key=created_at)
                if created_at(entry) >= since
            ]

    def look(self, provider_id: str) -> Report | None:
        """Where one call stands at the carrier, and why it went no further."""
        return report(lambda: self._client.calls(provider_id).fetch(), provider_id)


def _fields(outgoing: Outgoing) -> dict[str, object]:
    if not is_phone(outgoing.sender):
        # A messaging service sends texts only.
        log.error("operator_needed", code="voice-sender", words="no number of ours can place calls")
        raise PermanentFailure("voice-sender", "no number of ours can place calls", operator=True)
    fields: dict[str, object] = {
        "To": outgoing.address,
        "From": outgoing.sender,
        "Url": outgoing.answer_url,
        "Method": "POST",
        "Timeout": RING_SECONDS,
    }
    if outgoing.callback_url:
        fields |= {
            "StatusCallback": outgoing.callback_url,
            "StatusCallbackEvent": EVENTS,
            "StatusCallbackMethod": "POST",
        }
    return fields
