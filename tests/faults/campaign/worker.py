"""The product's Celery application with its places to die: `celery -A tests.faults.campaign.worker worker`."""

from __future__ import annotations

from typing import Any

from celery import signals
from django.utils.module_loading import import_string

from config.celery import app
from tests.faults.campaign import points

points.install()


@signals.worker_init.connect
def read_in(**_: Any) -> None:
    """Before it forks: the children that take the place of the dead are at work in milliseconds, not in a second."""
    import_string("config.warm.up")()


__all__ = ["app"]
