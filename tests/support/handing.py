"""The two manners of handing a message to a channel, for suites that hold both to the same."""

from __future__ import annotations

from collections.abc import Callable

from messaging.channels.base import Accepted, AsyncMember, Member, Outgoing
from tests.support import loops

Hand = Callable[[Member, Outgoing], Accepted]


def by_send(member: Member, outgoing: Outgoing) -> Accepted:
    """In this thread."""
    return member.send(outgoing)


def by_deliver(member: Member, outgoing: Outgoing) -> Accepted:
    """In an event loop that is shut down again."""
    assert isinstance(member, AsyncMember)
    return loops.run(member.deliver(outgoing))


MANNERS: dict[str, Hand] = {"send": by_send, "deliver": by_deliver}
