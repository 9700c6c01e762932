"""The queues of the outbox: one lane for each way out and each clinic behind it.

A lane holds what has the same sender, is stopped by the same switches and belongs to the same clinic. Whoever claims
goes round the lanes, so that a clinic with ten thousand messages does not stand before one with three, and a sender
that is held or slow keeps nobody else waiting.
"""

from __future__ import annotations

from dataclasses import dataclass

from messaging.domain.delivery import EXEMPT_FROM_CONSENT, Channel, Purpose

_SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Lane:
    """One queue. `sender` empty: the default of its channel and urgency; `owner`: whose messages they are."""

    channel: Channel
    sender: str
    routine: bool  # stopped by a pause and counted by the flood guard
    owner: str

    def __str__(self) -> str:
        """The form in which it stands in the outbox; read back by `parse`."""
        kind = "routine" if self.routine else "answer"
        return _SEPARATOR.join((self.channel, self.sender, kind, self.owner))


def lane_of(channel: Channel, purpose: Purpose, *, sender: str, owner: str) -> Lane:
    """The lane of a message."""
    return Lane(channel, sender, purpose not in EXEMPT_FROM_CONSENT, owner)


def parse(text: str) -> Lane | None:
    """The lane that `text` names; None for the empty one of an earlier release."""
    channel, _, rest = text.partition(_SEPARATOR)
    # From the right: a mailbox may hold the separator, the other parts never do.
    parts = rest.rsplit(_SEPARATOR, 2)
    if len(parts) != 3 or channel not in set(Channel):
        return None
    return Lane(Channel(channel), parts[0], parts[1] == "routine", parts[2])
