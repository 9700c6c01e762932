"""Readers of the process environment that fail loudly, naming the variable that is wrong."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import environ
import phonenumbers
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()


def var_dir() -> Path:
    """Where this machine keeps what the product writes outside PostgreSQL (`BONEWATCH_VAR`)."""
    return Path(os.environ.get("BONEWATCH_VAR") or BASE_DIR / "var")


def required(name: str) -> str:
    """The value of `name`, or a start-up error that names it when it is unset or blank."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set; see .env.example for what it means")
    return value


def required_url(name: str, *, schemes: tuple[str, ...]) -> str:
    """A required URL of one of `schemes`, without a trailing slash."""
    value = required(name)
    parts = urlsplit(value)
    if parts.scheme not in schemes or not parts.netloc:
        raise ImproperlyConfigured(f"{name} must be a URL starting with {' or '.join(s + '://' for s in schemes)}")
    return value.rstrip("/")


def sender(name: str) -> str:
    """A required Twilio sender: an E.164 number or the SID of a messaging service (`MG` + 32 hex)."""
    value = required(name)
    if value.startswith("MG") and len(value) == 34:
        return value
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ImproperlyConfigured(f"{name} must be an E.164 number such as +12025550123 or a messaging service MG…")
    return value
