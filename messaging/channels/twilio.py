"""SMS through Twilio: create, and look up in the carrier's log what is in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from messaging.channels.base import Accepted, Outgoing, Report
from messaging.channels.twilio_answers import status_of
from messaging.channels.twilio_client import LOOK_BACK, address_of, create, created_at, dial, looking, report
from messaging.channels.twilio_client_async import create_async, dial_async
from messaging.channels.twilio_codes import STATUSES

#: Seconds for which the carrier keeps a message that it cannot deliver; more it does not accept.
LONGEST_VALIDITY = 36_000


class TwilioSms:
    """The SMS channel."""

    keeps_log = True

    def __init__(self) -> None:
        self._client, self._loop_client = dial(), dial_async()
        self._address = address_of(self._client, "Messages")

    def send(self, outgoing: Outgoing) -> Accepted:
        """Create one message at Twilio."""
        return create(self._client, self._address, _fields(outgoing), STATUSES)

    async def deliver(self, outgoing: Outgoing) -> Accepted:
        """The same, many at once."""
        return await create_async(self._loop_client, self._address, _fields(outgoing), STATUSES)

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


def _fields(outgoing: Outgoing) -> dict[str, object]:
    fields: dict[str, object] = {
        "To": outgoing.address,
        "MessagingServiceSid" if outgoing.sender.startswith("MG") else "From": outgoing.sender,
        "Body": outgoing.body,
        "ValidityPeriod": _validity(outgoing.valid_for),
    }
    return fields | ({"StatusCallback": outgoing.callback_url} if outgoing.callback_url else {})


def _validity(valid_for: timedelta | None) -> int:
    seconds = LONGEST_VALIDITY if valid_for is None else int(valid_for.total_seconds())
    return max(1, min(seconds, LONGEST_VALIDITY))


def _same_words(theirs: str | None, ours: str) -> bool:
    return " ".join((theirs or "").split()) == " ".join(ours.split())
