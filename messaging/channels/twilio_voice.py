"""Calls through Twilio: the carrier rings, then fetches from us what to say and which key to wait for.

A call that was picked up proves nothing: voicemail picks up too. Only a pressed key acknowledges, and that is
read where the carrier fetches and posts, not here; the carrier is not asked to tell people from machines.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from messaging.channels.base import Accepted, Outgoing, PermanentFailure, Report
from messaging.channels.twilio_client import LOOK_BACK, created_at, creating, dial, looking, report, status_of, taken
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
        self._client = dial()

    def send(self, outgoing: Outgoing) -> Accepted:
        """Have the carrier call one number."""
        if not is_phone(outgoing.sender):
            # A messaging service sends texts only.
            log.error("operator_needed", code="voice-sender", words="no number of ours can place calls")
            raise PermanentFailure("voice-sender", "no number of ours can place calls")
        with creating():
            created = self._client.calls.create(
                to=outgoing.address,
                from_=outgoing.sender,
                url=outgoing.answer_url,
                method="POST",
                timeout=RING_SECONDS,
                status_callback=outgoing.callback_url,
                status_callback_event=EVENTS,
                status_callback_method="POST",
            )
            return taken(created, CALL_STATUSES)

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
