"""An acknowledgement that cannot reach Redis: the place of its message in the worker is free again."""

from __future__ import annotations

from typing import Any

import pytest
import redis
from kombu import Connection, Queue

from sandbox.launch.redis_server import RedisServer


def one_in_hand(connection: Connection) -> tuple[Any, Any]:
    """A channel that takes one message at a time, and the tag of the one that it holds."""
    channel: Any = connection.channel()
    queue = Queue("probe", channel=channel)
    queue.declare()
    connection.Producer(channel).publish("wake up", routing_key="probe")
    channel.basic_qos(0, 1, False)
    message = queue.get(no_ack=False)
    assert message is not None
    assert not channel.qos.can_consume()
    return channel, message.delivery_tag


@pytest.mark.parametrize("answer", ["ack", "reject"])
def test_its_place_is_free_again(redis_server: RedisServer, redis_url: str, answer: str) -> None:
    with Connection(redis_url) as connection:
        channel, tag = one_in_hand(connection)
        redis_server.kill()
        with pytest.raises(redis.ConnectionError):
            getattr(channel.qos, answer)(tag)
        assert channel.qos.can_consume()
        redis_server.start()


def test_a_task_that_outlives_its_connection_meets_a_lost_connection(redis_server: RedisServer, redis_url: str) -> None:
    """Anything else than a lost connection would end the worker."""
    connection = Connection(redis_url)
    channel, tag = one_in_hand(connection)
    connection.close()
    channel._pool = None
    with pytest.raises(redis.ConnectionError):
        channel.qos.ack(tag)
