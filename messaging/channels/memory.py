"""The in-memory channel: a full member of the family that keeps what it was given, for tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import ClassVar

from messaging.channels.base import Accepted, ChannelFailure, OutcomeUnknown, Outgoing


class Memory:
    """Takes everything, remembers it, and fails on request.

    `failures` are raised by the coming sends, one each, in order. An OutcomeUnknown among them is
    raised after the message was taken, as when an answer is lost on its way back; to lose the message
    itself as well, raise it with the code "lost".
    """

    keeps_log = True
    taken: ClassVar[list[tuple[str, Outgoing]]] = []
    failures: ClassVar[list[ChannelFailure]] = []
    _numbers: ClassVar[Iterator[int]] = count(1)

    @classmethod
    def reset(cls) -> None:
        """Forget everything."""
        cls.taken.clear()
        cls.failures.clear()
        cls._numbers = count(1)

    def send(self, outgoing: Outgoing) -> Accepted:
        """Keep `outgoing`, or raise the next failure that was asked for."""
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None and (not isinstance(failure, OutcomeUnknown) or failure.code == "lost"):
            raise failure
        provider_id = f"memory-{next(self._numbers)}"
        self.taken.append((provider_id, outgoing))
        if failure is not None:
            raise failure
        return Accepted(provider_id)

    def find(self, outgoing: Outgoing, *, since: datetime) -> Sequence[Accepted]:
        """Everything taken for the same address with the same words."""
        wanted = (outgoing.address, outgoing.body)
        return [Accepted(name) for name, kept in self.taken if (kept.address, kept.body) == wanted]
