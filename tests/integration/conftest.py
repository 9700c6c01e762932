"""Fixtures of the integration tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from messaging.channels.memory import Memory
from tests.support.messages import HandClock


@pytest.fixture
def memory(settings: Any) -> Iterator[type[Memory]]:
    """Every channel is the in-memory one, empty."""
    path = "messaging.channels.memory.Memory"
    settings.MESSAGE_CHANNELS = {"sms": path, "email": path, "voice": path}
    Memory.reset()
    yield Memory
    Memory.reset()


@pytest.fixture
def clock() -> HandClock:
    """A clock that stands still until a test moves it."""
    return HandClock()
