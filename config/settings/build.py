"""Only what `collectstatic` needs while the image is built; nothing can be served with it."""

from __future__ import annotations

from config.settings.base import *

SECRET_KEY = "only-for-collectstatic"  # noqa: S105
ALLOWED_HOSTS: list[str] = []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
