"""Which way a page takes while texts, calls or mails cannot leave, and whether anybody need wait for its answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from messaging.domain.delivery import Channel

#: What a page may leave by when the way that its step names is closed, in the order in which it is written.
OTHERS = (Channel.EMAIL, Channel.VOICE, Channel.SMS)


def channels(wanted: Iterable[Channel], broken: Collection[Channel]) -> tuple[Channel, ...]:
    """What `wanted` becomes: the closed ways stay, in case they open soon; the open ones come beside them."""
    own = tuple(wanted)
    return own + (others(own, broken) if set(own) & set(broken) else ())


def others(own: Collection[Channel], broken: Collection[Channel]) -> tuple[Channel, ...]:
    """The ways that are open and not among `own`."""
    return tuple(channel for channel in OTHERS if channel not in broken and channel not in own)


def is_unheard(sent_by: Collection[Channel], broken: Collection[Channel]) -> bool:
    """Whether of the pages of a step none can make a phone ring or buzz, because those ways are closed.

    Then nobody waits for an answer to it: the next step goes out at once. A mail may lie unread for hours.
    """
    noticed = set(sent_by) - {Channel.EMAIL}
    return bool(noticed) and noticed <= set(broken)


def may_climb(position: int, length: int, *, mailed: bool, pages: bool) -> bool:
    """Whether the step after an unheard one goes out at once: each of the policy once, then its own waits hold.

    What is not urgent (`pages` false) is left with whoever got a mail of it.
    """
    return position + 1 < length and (pages or not mailed)
