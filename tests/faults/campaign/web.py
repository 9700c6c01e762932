"""The product's web process with its places to die: `gunicorn tests.faults.campaign.web:application`."""

from __future__ import annotations

from config.wsgi import application
from tests.faults.campaign import points

points.install()

__all__ = ["application"]
