"""The suite: quick hashes, real databases in files, a sandbox at hand; tests/support/plugin.py sets the scene."""

from __future__ import annotations

from config.env import env
from config.settings.local import *

SECRET_KEY = "tests-only-tests-only-tests-only-tests-only"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default="https://clinic.example")
ALLOWED_HOSTS = ["*"]
# Tests that want the canary say so.
ALERTS_CANARY_MINUTES = env.int("ALERTS_CANARY_MINUTES", default=0)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Worker processes of the tests open the same SQLite file, so the test database is that file and not memory.
for _config in DATABASES.values():
    if _config["ENGINE"] == "django.db.backends.sqlite3":
        _config["TEST"] = {"NAME": str(_config["NAME"])}

# Tests that sign in with wrong passwords say so.
AXES_ENABLED = False
# So do tests of the second factor.
SECOND_FACTOR = "off"

# Static files straight from the apps: nothing is collected for a test.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
