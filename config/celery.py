"""The Celery application: Redis wakes workers up, the database owns every due time."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, signals
from django.utils.module_loading import import_string

from config import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

broker.install()
app = Celery("bonewatch")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_django_logging(**_: Any) -> None:
    """A receiver here stops Celery from laying its own logging over config/logs.py."""


@signals.worker_process_init.connect
def warm_up(**_: Any) -> None:
    """A worker's first page is as quick as its second. By name: rooms cannot be imported before Django stands."""
    import_string("config.warm.up")()
