"""From which network address a request comes: the peer's own, or what trusted proxies in front of us say."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The address, with `settings.TRUSTED_PROXIES` proxies in front; None where it is none.

    Each proxy appends whom it heard from to X-Forwarded-For, so the client stands that many places from the right;
    whatever stands left of it is the client's own invention.
    """
    said = str(request.META.get("REMOTE_ADDR") or "")
    if settings.TRUSTED_PROXIES:
        named = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",") if each.strip()]
        said = named[-settings.TRUSTED_PROXIES] if len(named) >= settings.TRUSTED_PROXIES else said
    try:
        return str(ipaddress.ip_address(said))
    except ValueError:
        return None
