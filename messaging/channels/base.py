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
from typing import Protocol, runtime_checkable
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
    language: str = ""
    #: Where a mail is stopped by one request; only mails that rest on consent have one.
    stop_url: str = ""
    #: The mailbox that hears what becomes of this very mail; empty: whoever it is from does.
    return_to: str = ""
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


@dataclass(frozen=True, slots=True)
class Report:
    """What the provider says of a message now: its own word for where it stands, and its code for what went wrong."""

    word: str
    code: str = ""


class ChannelFailure(Exception):
    """A channel did not take a message. `code` is the provider's, `words` are for staff."""

    def __init__(self, code: str = "", words: str = "") -> None:
        super().__init__(code or words)
        # Providers have answered with essays where a code belongs.
        self.code = code[:20]
        self.words = words[:150] or f"refused with code {self.code}"


class TransientFailure(ChannelFailure):
    """Not taken, and worth another try; not before `retry_after` seconds when the provider asks for that.

    `holds_sender`: waiting for this message alone is not enough, nothing leaves from its sender until the fault
    is mended; with `whole_account` from none of ours. `tries`: how many more are worth it; 0 is as many as its
    time allows.
    """

    def __init__(
        self,
        code: str = "",
        words: str = "",
        *,
        retry_after: float | None = None,
        holds_sender: bool = False,
        whole_account: bool = False,
        tries: int = 0,
    ) -> None:
        super().__init__(code, words)
        self.retry_after = retry_after
        self.holds_sender = holds_sender or whole_account
        self.whole_account = whole_account
        self.tries = tries


class PermanentFailure(ChannelFailure):
    """Not taken, and not worth another try.

    `opted_out`: the person has told the provider to stop. `dead_address`: no message of this channel will ever
    arrive there. `operator`: nothing is wrong with the address; somebody who runs this place must act.
    """

    def __init__(
        self,
        code: str = "",
        words: str = "",
        *,
        opted_out: bool = False,
        dead_address: bool = False,
        operator: bool = False,
    ) -> None:
        super().__init__(code, words)
        self.opted_out = opted_out
        self.dead_address = dead_address
        self.operator = operator


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

    def look(self, provider_id: str) -> Report | None:
        """What the provider says now of the message that it gave this name; None when it knows no such name.

        Raises TransientFailure when the provider cannot be asked now.
        """
        ...


@runtime_checkable
class AsyncMember(Member, Protocol):
    """A member that can have many requests in flight at once, from one event loop."""

    async def deliver(self, outgoing: Outgoing) -> Accepted:
        """The same as `send`, with the same failures, without holding up the loop that runs it.

        Cancelled, it has the outcome of a lost answer.
        """
        ...
