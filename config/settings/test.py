"""The suite: quick hashes, real databases, a sandbox at hand. Process tests read the environment too."""

from __future__ import annotations

from config.settings.local import *  # noqa: F403

SECRET_KEY = "tests-only"  # noqa: S105
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default="https://clinic.example")  # noqa: F405
ALLOWED_HOSTS = ["*"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
