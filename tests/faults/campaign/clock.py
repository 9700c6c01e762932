"""The clock of a campaign: in the short form it runs faster, and any host's clock can be put wrong.

A lease of 90 seconds is then over in nine, and all that follows from it stays in proportion: the product's own
constants are the ones that are tried.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.utils import timezone

from messaging import clock as shared_clock

SPEED = float(os.environ.get("CAMPAIGN_SPEED", "1"))
#: Since when it has been running faster.
EPOCH = float(os.environ.get("CAMPAIGN_EPOCH", "0"))


def seconds() -> float:
    """The moment by the campaign's clock, since 1970."""
    real = time.time()
    return EPOCH + (real - EPOCH) * SPEED if EPOCH else real


def now() -> datetime:
    """The same as a moment."""
    return datetime.fromtimestamp(seconds(), UTC)


def install(step: Callable[[], float] = lambda: 0.0) -> None:
    """From now on this process's clock is the campaign's, wrong by `step()` seconds."""

    def stepped() -> datetime:
        return datetime.fromtimestamp(seconds() + step(), UTC)

    timezone.now = stepped
    if SPEED != 1:
        # The database's clock cannot be hastened; where it need not be, the product goes by it as everywhere.
        shared_clock.shared = lambda: timezone.now
