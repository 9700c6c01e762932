"""How an address is written so that two spellings of one phone or mailbox are the same key."""

from __future__ import annotations

import re

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def is_phone(address: str) -> bool:
    """Whether `address` is a phone number in E.164."""
    return _E164.fullmatch(address) is not None


def is_email(address: str) -> bool:
    """Whether `address` looks like one mailbox: something, an @, a domain, no blank or line break."""
    local, _, domain = address.rpartition("@")
    return bool(local and domain) and not re.search(r"[\s,<>\x00-\x1f]", address)


def consent_key(address: str) -> str:
    """The form under which consent is kept: mailboxes without regard to case, phones as they are."""
    address = address.strip()
    return address.lower() if "@" in address else address
