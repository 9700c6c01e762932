"""Knows how the carrier proves that a request is its own: Twilio's signature, computed by Twilio's own library."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from twilio.request_validator import RequestValidator

HEADER = "X-Twilio-Signature"


def sign(url: str, fields: Mapping[str, str]) -> str:
    """The signature of a form post of `fields` to `url`, with the account's first token."""
    token: str = settings.TWILIO_AUTH_TOKENS[0]
    return str(RequestValidator(token).compute_signature(url, dict(fields)))
