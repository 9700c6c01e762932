"""`make run` and development: SQLite, the carried Redis, the sandbox carrier and mailbox."""

from __future__ import annotations

import os

from config.env import env, optional_number, var_dir
from config.logs import logging_settings
from config.settings.base import *
from config.settings.databases import database, sandbox_database
from config.settings.sandbox import *

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("DJANGO_SECRET_KEY", default="bonewatch-on-this-machine-only")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default=f"http://127.0.0.1:{os.environ.get('PORT', '8000')}").rstrip("/")

DATABASES = {
    "default": database(env.str("DATABASE_URL", default=f"sqlite:///{var_dir() / 'bonewatch.sqlite3'}")),
    "sandbox": sandbox_database(),
}
LOGGING = logging_settings(as_json=False, level=env.str("LOG_LEVEL", default="INFO"))
STATIC_ROOT = var_dir() / "static"
CELERY_BROKER_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CARRIER_CONCURRENCY = optional_number("CARRIER_CONCURRENCY", default=100, at_least=1, at_most=10_000)
ROUTINE_PER_HOUR = optional_number("ROUTINE_PER_HOUR", default=6, at_least=1, at_most=1000)
ROUTINE_PER_DAY = optional_number("ROUTINE_PER_DAY", default=12, at_least=1, at_most=10_000)
ALERTS_CANARY_MINUTES = env.int("ALERTS_CANARY_MINUTES", default=15)
WATCHDOG_PING_URL = env.str("WATCHDOG_PING_URL", default="")
