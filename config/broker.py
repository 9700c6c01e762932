"""Redis as the broker, mended where a worker would not come back after an outage.

A task may end while Redis is away. Its acknowledgement then fails, and kombu goes on counting the message as
in hand: with a prefetch of one the worker is full for ever, reads nothing, and so never notices that its
connection is gone. Here such a message is let go of on this side. Redis, if it kept the message, delivers it
again after the visibility timeout; every task of ours may run twice.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError


class QoS(redis.QoS):
    """Keeps count of messages in hand, and forgets those whose acknowledgement cannot reach Redis."""

    def ack(self, delivery_tag: str) -> None:
        """Acknowledge; on a dead connection free the place and let the caller hear of it."""
        try:
            super().ack(delivery_tag)
        except (RedisConnectionError, RedisTimeoutError):
            self._quick_ack(delivery_tag)  # type: ignore[attr-defined]
            raise

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: FBT001, FBT002  # kombu's signature
        """The same for a refusal."""
        try:
            super().reject(delivery_tag, requeue=requeue)
        except (RedisConnectionError, RedisTimeoutError):
            self._quick_ack(delivery_tag)  # type: ignore[attr-defined]
            raise


class Channel(redis.Channel):
    """A channel that calls a closed connection by its name."""

    QoS = QoS

    def _connparams(self, *args: Any, **kwargs: Any) -> Any:
        # A task that outlives its connection acknowledges on a channel whose owner is gone; kombu would end in
        # an AttributeError, which nobody takes for a lost connection.
        if self.connection is None or self.connection.client is None:  # type: ignore[redundant-expr]
            raise RedisConnectionError("the connection of this channel was closed")
        return super()._connparams(*args, **kwargs)  # type: ignore[misc]


class Transport(redis.Transport):
    """kombu's Redis transport with the channel above."""

    Channel = Channel


def install() -> None:
    """From now on `redis://` and `rediss://` mean this transport."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:Transport"
