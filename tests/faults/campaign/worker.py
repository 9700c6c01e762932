"""The product's Celery application with its places to die: `celery -A tests.faults.campaign.worker worker`."""

from __future__ import annotations

from config.celery import app
from tests.faults.campaign import points

points.install()

__all__ = ["app"]
