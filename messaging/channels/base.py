"""What a channel is: what it is given, what it answers, and the three ways in which it may fail.

ChannelFailure
├── TransientFailure   not taken, for certain; the same message may be taken later
├── PermanentFailure   not taken, for certain; and never will be
└── OutcomeUnknown     asked, and the answer was lost: it may have been taken
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from messaging.domain.delivery import Channel, Status

#: The code of a TransientFailure for want of a connection.
UNREACHABLE = "connect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message as a channel sees it: plain values, no database row behind them."""

    uuid: UUID
    channel: Channel
    address: str
    sender: str
    body: str
    subject: str = ""
    html: str = ""
    calendar: str = ""
    callback_url: str = ""
    #: Where the carrier fetches what a call says; only calls have one.
    answer_url: str = ""
    #: How long it is of use: a provider that can drop what it could not deliver by then is told to.
    valid_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken a message: its name for it, and where it stands there."""

    provider_id: str
    status: Status = Status.ACCEPTED


class ChannelFailure(Exception):
    """A channel did not take a message. `code` is the provider's, `words` are for staff."""

    def __init__(self, code: str = "", words: str = "") -> None:
        super().__init__(code or words)
        # Providers have answered with essays where a code belongs.
        self.code = code[:20]
        self.words = words[:150] or f"refused with code {self.code}"


class TransientFailure(ChannelFailure):
    """Not taken, and worth another try; not before `retry_after` seconds when the provider asks for that."""

    def __init__(self, code: str = "", words: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(code, words)
        self.retry_after = retry_after


class PermanentFailure(ChannelFailure):
    """Not taken, and not worth another try. `opted_out`: the person has told the provider to stop."""

    def __init__(self, code: str = "", words: str = "", *, opted_out: bool = False) -> None:
        super().__init__(code, words)
        self.opted_out = opted_out


class OutcomeUnknown(ChannelFailure):
    """The provider was asked and its answer was lost."""

    def __init__(self, code: str = "", words: str = "the answer of the provider was lost") -> None:
        super().__init__(code, words)


class Member(Protocol):
    """One member of the family of channels."""

    #: Whether `find` can prove that a message was not taken.
    keeps_log: bool

    def send(self, outgoing: Outgoing) -> Accepted:
        """Hand `outgoing` to the provider, once. Raises a ChannelFailure; anything else is a bug."""
        ...

    def find(self, outgoing: Outgoing, *, since: datetime) -> Sequence[Accepted]:
        """What the provider's own log holds since then that may be `outgoing`, oldest first.

        Raises TransientFailure when the provider cannot be asked now.
        """
        ...
