"""SMS through Twilio: create, and look up in the carrier's log what is in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from messaging.channels.base import Accepted, Outgoing, Report
from messaging.channels.twilio_client import LOOK_BACK, created_at, creating, dial, looking, report, status_of, taken
from messaging.channels.twilio_codes import STATUSES

#: Seconds for which the carrier keeps a message that it cannot deliver; more it does not accept.
LONGEST_VALIDITY = 36_000


class TwilioSms:
    """The SMS channel."""

    keeps_log = True

    def __init__(self) -> None:
        self._client = dial()

    def send(self, outgoing: Outgoing) -> Accepted:
        """Create one message at Twilio."""
        with creating():
            created = self._client.messages.create(
                to=outgoing.address,
                body=outgoing.body,
                status_callback=outgoing.callback_url,
                validity_period=_validity(outgoing.valid_for),
                **_sender(outgoing.sender),
            )
            return taken(created, STATUSES)

    def find(self, outgoing: Outgoing, *, since: datetime) -> Sequence[Accepted]:
        """Messages to the same number with the same words in Twilio's log, oldest first."""
        # Not filtered by date: a message that still waits at the carrier has no date sent.
        with looking():
            listed = self._client.messages.list(to=outgoing.address, limit=LOOK_BACK, page_size=100)
            return [
                Accepted(entry.sid, status_of(entry.status, STATUSES))
                for entry in sorted(listed, key=created_at)
                if created_at(entry) >= since and _same_words(entry.body, outgoing.body)
            ]

    def look(self, provider_id: str) -> Report | None:
        """Where one message stands at the carrier, and why it went no further."""
        return report(lambda: self._client.messages(provider_id).fetch(), provider_id)


def _sender(sender: str) -> dict[str, str]:
    return {"messaging_service_sid": sender} if sender.startswith("MG") else {"from_": sender}


def _validity(valid_for: timedelta | None) -> int:
    seconds = LONGEST_VALIDITY if valid_for is None else int(valid_for.total_seconds())
    return max(1, min(seconds, LONGEST_VALIDITY))


def _same_words(theirs: str | None, ours: str) -> bool:
    return " ".join((theirs or "").split()) == " ".join(ours.split())
