"""What a run has claimed and not begun: by sender, paced, the oldest first."""

from __future__ import annotations

import random
import time
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, zip_longest

from messaging.domain.delivery import Channel, Urgency
from messaging.domain.pacing import may_owe
from messaging.envelope import sender_of
from messaging.models import Message
from messaging.pacing import Pacer, SenderKey

#: A sender that has to wait keeps no more than this: others may claim the rest, and nothing grows old in one hand.
KEPT_BY_A_SLOW_SENDER = 10
#: A wait that is shorter than this is sat out by the run; for a longer one the next run comes.
SHORT_WAIT = 0.25

_LOT = random.SystemRandom()


class Stock:
    """Claimed messages of one run."""

    def __init__(self, pacer: Pacer, urgency: Urgency) -> None:
        self._pacer = pacer
        self._urgency = urgency
        self._queues: dict[SenderKey, deque[Message]] = {}
        #: How many from the front of its queue a sender was permitted, and has not sent.
        self._permits: dict[SenderKey, int] = {}
        #: By the monotonic clock: before it a sender is given nothing.
        self._waits: dict[SenderKey, float] = {}

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def put(self, messages: Sequence[Message]) -> None:
        """Add what was claimed; the lanes that share a sender get turns."""
        added: dict[SenderKey, list[Message]] = defaultdict(list)
        for message in messages:
            added[self.key(message)].append(message)
        for key, new in added.items():
            standing = list(self._queues.get(key, ()))
            # Permits were given for those in front, by their length.
            permitted = self._permits.get(key, 0)
            self._queues[key] = deque(standing[:permitted] + _in_turns(standing[permitted:] + new))

    def key(self, message: Message) -> SenderKey:
        """Which sender a message leaves by."""
        return self.key_of(Channel(message.channel), message.sender)

    def key_of(self, channel: Channel, chosen: str) -> SenderKey:
        """Which sender it is: `chosen`, or when that is empty the one that fits."""
        return SenderKey(channel, sender_of(channel, self._urgency, chosen))

    def senders(self) -> list[SenderKey]:
        """Senders that have something here."""
        return [key for key, queue in self._queues.items() if queue]

    def room_of(self, key: SenderKey, share: int) -> int:
        """How many of a share this sender may still be given to keep."""
        at_once = KEPT_BY_A_SLOW_SENDER
        if key not in self._waits:
            if may_owe(key.channel, self._urgency):
                return share
            # What cannot leave at once would only be put back.
            at_once = max(at_once, int(self._pacer.pace(key).burst))
        return max(0, min(share, at_once - len(self._queues.get(key, ()))))

    def take(self, room: int, of_channel: Mapping[Channel, int]) -> list[Message]:
        """Up to `room` messages that may leave now, and of each channel no more than it has room for."""
        taken: list[Message] = []
        left = dict(of_channel)
        while len(taken) < room:
            key = min(self._ready(left), key=self._oldest, default=None)
            if key is None:
                break
            message = self._queues[key].popleft()
            self._permits[key] -= 1
            left[key.channel] -= 1
            taken.append(message)
        return taken

    def drop(self, keys: Collection[SenderKey] | None = None) -> list[Message]:
        """Take everything out, or all of some senders; permits that were not used go back."""
        chosen = list(self._queues) if keys is None else [key for key in keys if key in self._queues]
        found: list[Message] = []
        for key in chosen:
            queue = self._queues.pop(key)
            self._return_permits(key, queue)
            found += queue
        return found

    def _return_permits(self, key: SenderKey, queue: Collection[Message]) -> None:
        unused = sum(weight(message) for message, _ in zip(queue, range(self._permits.pop(key, 0)), strict=False))
        if unused:
            self._pacer.settle(key, unused)

    def surplus(self) -> list[Message]:
        """Take out what senders that have to wait should not keep."""
        found: list[Message] = []
        for key in self._waits.keys() & self._queues.keys():
            queue = self._queues[key]
            while len(queue) > KEPT_BY_A_SLOW_SENDER:
                found.append(queue.pop())
        return found

    def again_in(self) -> float:
        """Seconds until some sender that has something may send; 0 when one may now."""
        now = time.monotonic()
        waits = [self._waits.get(key, 0.0) - now for key, queue in self._queues.items() if queue]
        return max(0.0, min(waits, default=0.0))

    def ask_anew(self, key: SenderKey) -> None:
        """Forget what this sender was permitted: its pace has changed."""
        self._return_permits(key, self._queues.get(key, ()))
        self._waits.pop(key, None)

    def _ready(self, left: Mapping[Channel, int]) -> Iterator[SenderKey]:
        for key, queue in self._queues.items():
            if queue and left.get(key.channel, 0) > 0 and self._may(key, queue):
                yield key

    def _oldest(self, key: SenderKey) -> tuple[object, int]:
        first = self._queues[key][0]
        return first.due_at, first.pk

    def _may(self, key: SenderKey, queue: Collection[Message]) -> bool:
        """Whether the first of `queue` may leave now; permits are asked for all of it at once."""
        if self._permits.get(key, 0):
            return True
        if time.monotonic() < self._waits.get(key, 0.0):
            return False
        owed_ok = may_owe(key.channel, self._urgency)
        grant = self._pacer.take_whole(key, [weight(one) for one in queue], urgency=self._urgency, owed_ok=owed_ok)
        self._permits[key] = grant.granted
        if not grant.granted:
            self._waits[key] = time.monotonic() + grant.again_in
        return grant.granted > 0


def _in_turns(messages: Iterable[Message]) -> list[Message]:
    """One of each lane, the oldest first, and again. Who begins is drawn by lot: of a slow sender few get a turn in one
    run, and those whose messages are the oldest must not be the same each time.
    """
    lanes: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        lanes[message.lane].append(message)
    drawn = _LOT.sample(list(lanes.values()), len(lanes))
    return [message for message in chain.from_iterable(zip_longest(*drawn)) if message is not None]


def weight(message: Message) -> int:
    """What a message takes of its sender's pace: a text its segments, a call or a mail one."""
    return max(1, message.segments) if message.channel == Channel.SMS else 1
