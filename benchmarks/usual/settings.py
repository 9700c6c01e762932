"""Django as such an app sets it up; what would hold it back for no reason of the pattern's is left away."""

from __future__ import annotations

import os

# Not the product's reader of the environment: its package would bring the product's Celery application along.
import environ

_env = environ.Env()

SECRET_KEY = "benchmark"
INSTALLED_APPS = ["benchmarks.usual"]
USE_TZ = True
# The database's connection is kept open between tasks: opening one for each costs more than the row does.
DATABASES = {"default": {**_env.db_url("DATABASE_URL"), "CONN_MAX_AGE": None}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CELERY_BROKER_URL = _env.str("REDIS_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "usual"

TWILIO_ACCOUNT_SID = _env.str("TWILIO_ACCOUNT_SID")
TWILIO_AUTH_TOKEN = _env.str("TWILIO_AUTH_TOKEN")
TWILIO_API_BASE_URL = _env.str("TWILIO_API_BASE_URL")
TWILIO_FROM = "+12025550100"
#: Whether a process keeps its client, and with it the connection, or makes one for each message.
TWILIO_KEEP_OPEN = os.environ.get("USUAL_KEEP_OPEN") == "1"
