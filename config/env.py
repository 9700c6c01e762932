"""Readers of the process environment that fail loudly, naming the variable that is wrong."""

from __future__ import annotations

import os
import re
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import environ
import phonenumbers
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SANDBOX_ACCOUNT = "AC" + "0" * 32
SANDBOX_TOKEN = "sandbox-token"  # noqa: S105
#: Values that only a demo or a copied example has.
WELL_KNOWN_SECRETS = ("bonewatch-on-this-machine-only", "change-me", "changeme", "django-insecure")
HOST = re.compile(
    r"\.?[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\]"
)


def var_dir() -> Path:
    """Where this machine keeps what the product writes outside PostgreSQL (`BONEWATCH_VAR`)."""
    return Path(os.environ.get("BONEWATCH_VAR") or BASE_DIR / "var")


def required(name: str) -> str:
    """The value of `name`, or a start-up error that names it when it is unset or blank."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set; see .env.example for what it means")
    return value


def required_secret(name: str, *, at_least: int) -> str:
    """A secret of at least `at_least` characters that is not one of the well-known ones."""
    value = required(name)
    if len(value) < at_least or value.lower().startswith(WELL_KNOWN_SECRETS):
        raise ImproperlyConfigured(f"{name} must be at least {at_least} characters that nobody else knows")
    return value


def required_hosts(name: str) -> list[str]:
    """A comma-separated list of host names; `*` would let anybody choose the host of our links."""
    hosts = [host.strip() for host in required(name).split(",") if host.strip()]
    for host in hosts:
        if not HOST.fullmatch(host):
            raise ImproperlyConfigured(f"{name} must be host names separated by commas, without scheme, port or *")
    if not hosts:
        raise ImproperlyConfigured(f"{name} names no host")
    return hosts


def required_url(name: str, *, schemes: tuple[str, ...], default: str = "", credentials: bool = False) -> str:
    """A URL of one of `schemes` without a trailing slash; plain http passes only for this very machine."""
    value = os.environ.get(name, "").strip() or default or required(name)
    parts = split_url(name, value)
    on_this_machine = parts.scheme == "http" and "https" in schemes and parts.hostname in LOOPBACK
    if (parts.scheme not in schemes and not on_this_machine) or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must be a URL starting with {' or '.join(s + '://' for s in schemes)}")
    if not credentials and (parts.username or parts.password):
        raise ImproperlyConfigured(f"{name} must not hold a user name or a password")
    if "/sandbox" in parts.path:
        raise ImproperlyConfigured(f"{name} points at the sandbox, which is no carrier for patients")
    return value.rstrip("/")


def public_base_url(name: str) -> str:
    """Where the world reaches us: a host alone, since signatures and links are made by appending paths to it."""
    value = required_url(name, schemes=("https",))
    parts = split_url(name, value)
    if parts.path or parts.query or parts.fragment:
        raise ImproperlyConfigured(f"{name} must be a scheme and a host only, as https://reminders.example.org")
    return value


def split_url(name: str, value: str) -> SplitResult:
    """The parts of `value`, or an error that names the variable; never the value, which may hold a password."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a URL: {type(error).__name__}") from None
    if re.search(r"\s", value):
        raise ImproperlyConfigured(f"{name} must be one URL without spaces")
    return parts


def database_url(name: str) -> str:
    """A PostgreSQL URL with host and database name; SQLite is for one machine and its demo."""
    value = required(name)
    parts = split_url(name, value)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(f"{name} must start with postgresql:// in production (PostgreSQL 15 or later)")
    if not parts.hostname or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must name a host and a database: postgresql://user:password@host/name")
    return value


def email_settings(name: str) -> dict[str, Any]:
    """Django's mail settings from an smtp URL with a host."""
    value = required(name)
    parts = split_url(name, value)
    if parts.scheme not in ("smtp", "smtps", "smtp+tls", "smtp+ssl") or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must be smtp://, smtp+tls:// or smtp+ssl:// with a host")
    return dict(env.email_url_config(value))


def mail_sender(name: str) -> str:
    """A mailbox such as `Bone clinic <clinic@example.org>`."""
    value = required(name)
    _, address = parseaddr(value)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
        raise ImproperlyConfigured(f"{name} must be a mail address, with or without a name before it")
    return value


def twilio_account(name: str) -> str:
    """The SID of a Twilio account, never the sandbox's."""
    value = required(name)
    if not re.fullmatch(r"AC[0-9a-fA-F]{32}", value):
        raise ImproperlyConfigured(f"{name} must be AC followed by 32 hexadecimal digits")
    if value == SANDBOX_ACCOUNT:
        raise ImproperlyConfigured(f"{name} is the sandbox's account")
    return value


def authentication_tokens(name: str) -> list[str]:
    """The token that signs and calls, then those still accepted while rotating."""
    tokens = [token.strip() for token in required(name).split(",")]
    if SANDBOX_TOKEN in tokens:
        raise ImproperlyConfigured(f"{name} holds the sandbox's token, which everybody knows")
    # Twilio's own are always so; with anything else every webhook would be refused, and no text would leave.
    if not all(re.fullmatch(r"[0-9a-fA-F]{32}", token) for token in tokens):
        raise ImproperlyConfigured(
            f"{name} must be a token of 32 hexadecimal digits, or several separated by single commas"
        )
    return tokens


def sender(name: str) -> str:
    """A required Twilio sender: an E.164 number or the SID of a messaging service (`MG` + 32 hex)."""
    value = required(name)
    if re.fullmatch(r"MG[0-9a-fA-F]{32}", value):
        return value
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        number = None
    if not re.fullmatch(r"\+[1-9]\d{6,14}", value) or number is None or not phonenumbers.is_possible_number(number):
        raise ImproperlyConfigured(f"{name} must be an E.164 number such as +12025550123 or a messaging service MG…")
    return value


def optional_number(name: str, *, default: int, at_most: int, at_least: int = 0) -> int:
    """A whole number from `at_least` to `at_most`; `default` when it is unset or blank."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isascii() or not value.isdecimal() or not at_least <= int(value) <= at_most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {at_least} to {at_most}")
    return int(value)


def optional_price(name: str) -> str:
    """The variable as an amount and a currency ("0.0083 USD"); empty when unset."""
    value = os.environ.get(name, "").strip()
    if value and not re.fullmatch(r"[0-9]+(\.[0-9]+)? [A-Z]{3}", value):
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be an amount and a currency, like 0.0083 USD")
    return value


def optional_phone(name: str) -> str:
    """A phone number in E.164, or nothing."""
    value = os.environ.get(name, "").strip()
    if value and not re.fullmatch(r"\+[1-9]\d{6,14}", value):
        raise ImproperlyConfigured(f"{name} must be a phone number in E.164 such as +12025550123, or empty")
    return value


def optional_mailbox(name: str) -> str:
    """A bare mail address, or nothing."""
    value = os.environ.get(name, "").strip()
    if value and not re.fullmatch(r"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+", value):
        raise ImproperlyConfigured(f"{name} must be a bare mail address such as returns@clinic.example, or empty")
    return value


def optional_secrets(name: str, *, at_least: int) -> list[str]:
    """Secrets separated by commas, each of at least `at_least` characters that nobody else knows; or none."""
    value = os.environ.get(name, "").strip()
    secrets = [one.strip() for one in value.split(",")] if value else []
    known = (*WELL_KNOWN_SECRETS, "sandbox-mail-token")
    if any(len(one) < at_least or one.lower().startswith(known) or re.search(r"\s", one) for one in secrets):
        raise ImproperlyConfigured(f"{name} must be at least {at_least} characters that nobody else knows, or empty")
    return secrets


def refuse_sandbox() -> None:
    """Production never runs with the stand-in carrier, whoever asks for it."""
    if os.environ.get("SANDBOX", "").strip().lower() in ("1", "true", "yes", "on"):
        raise ImproperlyConfigured("SANDBOX is on, and production settings refuse it: unset it")
