"""The Celery application: Redis wakes workers up, the database owns every due time."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, signals

from config import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

broker.install()
app = Celery("bonewatch")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_django_logging(**_: Any) -> None:
    """A receiver here stops Celery from laying its own logging over config/logs.py."""
