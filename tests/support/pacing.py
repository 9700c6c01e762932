"""Paces that tests look at: one process's own, several that share a Redis, and how to forget all of them."""

from __future__ import annotations

import time
from collections.abc import Callable

import redis
from django.conf import settings

from messaging import pacing
from messaging.domain.delivery import Channel
from messaging.pacing import Pacer, SenderKey
from messaging.pacing_redis import Shared

SENDER = SenderKey(Channel.SMS, "+12025550100")


def another(url: str, *, clock: Callable[[], float] = time.monotonic) -> Pacer:
    """The pacer of one more process."""
    return Pacer(Shared(url, clock=clock), clock=clock)


def forget() -> None:
    """What this test's process has learnt of paces, and what it left in a Redis that is still there."""
    if not pacing.pacer.cache_info().currsize:
        return
    pacing.pacer.cache_clear()
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=1, socket_connect_timeout=1, protocol=2)
    try:
        for key in client.scan_iter("bonewatch:pac*"):
            client.delete(key)
    except redis.RedisError:
        # Away: then it comes back empty.
        pass
    finally:
        client.close()
