"""Refusals with the field's own words, for forms and imports alike."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from holidays import list_supported_countries

from patients.domain.names import hidden_in


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


def validate_holiday_region(region: str) -> None:
    """Refuse what is neither a country nor a part of one whose public holidays are known: US, US-NY, ES-MD."""
    country, dash, part = region.partition("-")
    known = _holiday_regions()
    if country not in known:
        raise ValidationError(
            _("Holiday region “%(value)s”: no public holidays are known for it; write it as US, US-NY or ES-MD."),
            code="holiday_region",
            params={"value": region},
        )
    if dash and part not in known[country]:
        raise ValidationError(
            _("Holiday region “%(value)s”: %(country)s has no such part; it has %(known)s."),
            code="holiday_region",
            params={
                "value": region,
                "country": country,
                "known": ", ".join(f"{country}-{each}" for each in known[country]) or "–",
            },
        )


@lru_cache(maxsize=1)
def _holiday_regions() -> dict[str, list[str]]:
    return list_supported_countries(include_aliases=False)


def validate_name(name: str) -> None:
    """Refuse characters that nobody sees and that turn or hide what stands around them."""
    found = hidden_in(name)
    if found:
        raise ValidationError(
            _("It holds the invisible character %(code)s, which would change how it is read; type the name anew."),
            code="hidden_character",
            params={"code": found},
        )


def zone_info(name: str) -> ZoneInfo:
    """The zone of a stored, validated name."""
    return ZoneInfo(name)
