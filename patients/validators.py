"""Refusals with the field's own words, for forms and imports alike."""

from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError


def validate_time_zone(name: str) -> None:
    """Refuse what is not an IANA zone name."""
    if name not in available_timezones():
        raise ValidationError(
            "Unknown time zone “%(value)s”; use an IANA name such as America/New_York.",
            code="time_zone",
            params={"value": name},
        )


def validate_language(code: str) -> None:
    """Refuse a language that no message is written in."""
    if code not in settings.MESSAGE_LANGUAGES:
        raise ValidationError(
            "Unknown language “%(value)s”; messages are written in %(known)s.",
            code="language",
            params={"value": code, "known": ", ".join(settings.MESSAGE_LANGUAGES)},
        )


def zone_info(name: str) -> ZoneInfo:
    """The zone of a stored, validated name."""
    return ZoneInfo(name)
