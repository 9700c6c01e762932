"""The Celery application: Redis wakes workers up, the database owns every due time."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

app = Celery("bonewatch")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
