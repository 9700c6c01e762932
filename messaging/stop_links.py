"""The key in each mail that stops mails: it names the mail, is signed, and says nothing of anybody."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

_SALT = "messaging.stop_links"
#: Of the signature; with the uuid's sixteen they are 43 characters of a link.
_SIGNATURE = 16
_LENGTH = 43


def token(uuid: UUID) -> str:
    """The key of one mail."""
    return _written(uuid, str(settings.SECRET_KEY))


def url(uuid: UUID) -> str:
    """The address at which the reader of one mail stops mails."""
    return f"{settings.PUBLIC_BASE_URL}{reverse('unsubscribe', args=[token(uuid)])}"


def uuid_of(text: str) -> UUID | None:
    """Which mail a key belongs to; None when nobody here has made it."""
    if len(text) != _LENGTH:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=")
    except (binascii.Error, ValueError):
        return None
    uuid = UUID(bytes=raw[:16])
    # Written again and compared as a whole: base64 has several spellings of one value, and only one is ours.
    return uuid if any(hmac.compare_digest(text.encode(), _written(uuid, key).encode()) for key in _keys()) else None


def _keys() -> Iterator[str]:
    yield str(settings.SECRET_KEY)
    yield from map(str, settings.SECRET_KEY_FALLBACKS)


def _written(uuid: UUID, key: str) -> str:
    signature = salted_hmac(_SALT, uuid.bytes, secret=key, algorithm="sha256").digest()[:_SIGNATURE]
    return base64.urlsafe_b64encode(uuid.bytes + signature).decode().rstrip("=")
