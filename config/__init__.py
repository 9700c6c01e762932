"""Configuration: knows every room and is known by none of them but through Django's settings."""

from config import counters
from config.celery import app as celery_app

__all__ = ["celery_app", "counters"]
